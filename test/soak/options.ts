import { parseArgs } from 'node:util';

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  /** Name of the one case to play. */
  readonly only: string | undefined;
}

/** The command line was wrong: the message says how. */
export class UsageError extends Error {}

export const HELP = `npm run soak -- [options]

  --minutes N  time to spend (5): the phases run one after the other, again and again with other seeds
  --seed N     what chance decides in the first round (1)
  --case NAME  plays one case of hostile bytes alone, and shows what became of it`;

/** Null when help was asked for. */
export function readOptions(commandLine: string[]): SoakOptions | null {
  const values = parse(commandLine);
  if (values.help) return null;
  return {
    minutes: wholeNumber('minutes', values.minutes, 1),
    seed: wholeNumber('seed', values.seed, 0),
    only: values.case,
  };
}

function parse(commandLine: string[]) {
  try {
    return parseArgs({
      args: commandLine,
      options: {
        minutes: { type: 'string', default: '5' },
        seed: { type: 'string', default: '1' },
        case: { type: 'string' },
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
