import { validateHeaderName, validateHeaderValue } from 'node:http';
import { HOP_BY_HOP } from '../engine/header-rules.ts';
import type { HealthSettings } from '../engine/settings.ts';
import { DEFAULTS, type GatewayOptions, type HealthOptions } from '../options.ts';
import { type Check, checkKeys, number, oneOf, show } from './check.ts';
import { type Checks, settleGroup } from './group.ts';

const aPath: Check = (key, value) => {
  if (typeof value === 'string' && /^\/[\x21\x22\x24-\x7e]*$/.test(value)) return;
  throw new TypeError(`${key} must be a path that begins with "/", got ${show(value)}`);
};

const headers: Check = (key, value) => {
  const known = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  checkKeys(key, value, known);
  for (const [name, text] of Object.entries(value as object)) checkHeader(key, name, text);
};

const aStatus: Check = (key, value) => {
  if (rangeOf(value)) return;
  throw new TypeError(
    `${key} must be a status from 100 to 599, or a range such as "200-399", got ${show(value)}`,
  );
};

const statuses: Check = (key, value) => {
  if (!Array.isArray(value)) return aStatus(key, value);
  if (value.length === 0) throw new TypeError(`${key} must have at least one status, got ${show(value)}`);
  for (const [index, one] of value.entries()) aStatus(`${key}[${index}]`, one);
};

const CHECKS: Checks = {
  path: aPath,
  method: oneOf('GET', 'HEAD', 'OPTIONS'),
  headers,
  expect: statuses,
  intervalMs: number({ min: 100, max: 600_000, unit: 'milliseconds' }),
  timeoutMs: number({ min: 1, max: 600_000, unit: 'milliseconds' }),
  rise: number({ min: 1, max: 100, integer: true }),
  fall: number({ min: 1, max: 100, integer: true }),
  initial: oneOf('up', 'down'),
};

export function settleHealth(given: GatewayOptions['health']): HealthSettings | false {
  if (given === undefined || given === false) return false;
  const base = DEFAULTS.health;
  const options = settleGroup<HealthOptions>('health', given, {}, CHECKS);
  const intervalMs = options.intervalMs ?? base.intervalMs;
  const timeoutMs = options.timeoutMs ?? Math.min(base.timeoutMs, intervalMs);
  if (timeoutMs > intervalMs) {
    throw new RangeError(
      `health.timeoutMs must be at most health.intervalMs (${intervalMs}), got ${timeoutMs}`,
    );
  }
  const expect = rangesOf(options.expect ?? base.expect);
  return Object.freeze({ ...base, ...options, intervalMs, timeoutMs, expect });
}

function rangesOf(value: unknown): HealthSettings['expect'] {
  return (Array.isArray(value) ? value : [value]).flatMap((one) => {
    const range = rangeOf(one);
    return range ? [range] : [];
  });
}

function rangeOf(value: unknown): readonly [number, number] | undefined {
  const [, from, to] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(String(value)) ?? [];
  if (from === undefined || Number(to ?? from) < Number(from)) return undefined;
  return [Number(from), Number(to ?? from)];
}

function checkHeader(key: string, name: string, value: unknown): void {
  const where = `${key}[${show(name)}]`;
  if (typeof value !== 'string') throw new TypeError(`${where} must be a string, got ${show(value)}`);
  if (HOP_BY_HOP.has(name.toLowerCase()) || name.toLowerCase() === 'content-length') {
    throw new TypeError(`${where} must not be given: it is about the connection, which is the gateway's`);
  }
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch (error) {
    // The value is not repeated: it may be a secret.
    throw new TypeError(`${where} must be a valid header: ${(error as Error).message}`, { cause: error });
  }
}
