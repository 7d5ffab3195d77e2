import { parseArgs } from 'node:util';
import { CONTESTANTS, findContestant, type Contestant } from './contestant-list.ts';

export interface BenchOptions {
  rounds: number;
  /** Measured seconds per contestant per round. */
  seconds: number;
  warmupSeconds: number;
  connections: number;
  contestants: readonly Contestant[];
  json: boolean;
}

/** The command line was wrong: the message says how. */
export class UsageError extends Error {}

export const HELP = `npm run bench -- [options]

  --rounds N       rounds over all contestants (5)
  --seconds N      measured seconds per contestant per round (4)
  --warmup N       seconds of load before each measurement (2)
  --connections N  concurrent connections (64)
  --only a,b       only these contestants, by id or name
  --json           machine-readable report on standard output

Contestants: ${CONTESTANTS.map(({ id }) => id).join(', ')}`;

/** Null when help was asked for. */
export function readOptions(commandLine: string[]): BenchOptions | null {
  const values = parse(commandLine);
  if (values.help) return null;
  return {
    rounds: wholeNumber('rounds', values.rounds, 1),
    seconds: wholeNumber('seconds', values.seconds, 1),
    warmupSeconds: wholeNumber('warmup', values.warmup, 0),
    connections: wholeNumber('connections', values.connections, 1),
    contestants: values.only === undefined ? CONTESTANTS : selected(values.only),
    json: values.json,
  };
}

function parse(commandLine: string[]) {
  try {
    return parseArgs({
      args: commandLine,
      options: {
        rounds: { type: 'string', default: '5' },
        seconds: { type: 'string', default: '4' },
        warmup: { type: 'string', default: '2' },
        connections: { type: 'string', default: '64' },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(flag: string, text: string, least: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least) return value;
  throw new UsageError(`--${flag} must be a whole number of at least ${least}, not "${text}"`);
}

function selected(only: string): Contestant[] {
  const wanted = only.split(',').filter((part) => part.trim() !== '');
  if (wanted.length === 0) throw new UsageError('--only names no contestant');
  const found = new Set(wanted.map((part) => findContestant(part) ?? unknownContestant(part)));
  return CONTESTANTS.filter((contestant) => found.has(contestant));
}

function unknownContestant(wanted: string): never {
  throw new UsageError(`--only: there is no contestant "${wanted.trim()}"`);
}
