import { nearest } from './nearest.ts';

/** Checks one value and says what is wrong with it: key, rule and value. */
export type Check = (key: string, value: unknown) => void;

/** What the same thing is called in http-proxy-middleware and its relatives. */
const ALIASES: ReadonlyMap<string, readonly string[]> = new Map([
  ['target', ['backends']],
  ['targets', ['backends']],
  ['upstream', ['backends']],
  ['proxyTimeout', ['timeouts']],
  ['timeout', ['timeouts']],
  ['xfwd', ['headers']],
  ['changeOrigin', ['headers']],
  ['pathRewrite', ['rewrite']],
  ['autoRewrite', ['rewrite']],
  ['cookieDomainRewrite', ['rewrite']],
  ['cookiePathRewrite', ['rewrite']],
]);

/** @throws TypeError when `value` is no plain object, or has keys that are not in `known`. */
export function checkKeys(where: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${where || 'options'} must be an object, got ${show(value)}`);
  }
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const guess = ALIASES.get(key)?.find((name) => known.includes(name)) ?? nearest(key, known);
    const hint = guess ? `; did you mean ${join(where, guess)}?` : '';
    throw new TypeError(`unknown option ${join(where, key)}${hint} (known: ${known.join(', ')})`);
  }
}

export function join(where: string, key: string): string {
  return where === '' ? key : `${where}.${key}`;
}

export interface Range {
  readonly min?: number;
  /** Exclusive, in place of `min`. */
  readonly above?: number;
  readonly max?: number;
  readonly integer?: boolean;
  readonly unit?: string;
}

/** A number in a range; Infinity only where the range is open above. */
export function number({ min = -Infinity, above, max = Infinity, integer = false, unit = '' }: Range): Check {
  return (key, value) => {
    const from = above === undefined ? `from ${min}` : `above ${above},`;
    const rule = `${integer ? 'an integer' : 'a number'}${unit && ` of ${unit}`} ${from} to ${max}`;
    if (typeof value !== 'number' || Number.isNaN(value)) {
      throw new TypeError(`${key} must be ${rule}, got ${show(value)}`);
    }
    const whole = !integer || Number.isInteger(value) || value === Infinity;
    const isInRange = value >= min && value <= max && (above === undefined || value > above);
    if (!isInRange || !whole) throw new RangeError(`${key} must be ${rule}, got ${show(value)}`);
  };
}

export function oneOf(...allowed: readonly unknown[]): Check {
  return (key, value) => {
    if (allowed.includes(value)) return;
    throw new TypeError(`${key} must be ${allowed.map(show).join(' or ')}, got ${show(value)}`);
  };
}

export const aFunction: Check = (key, value) => {
  if (typeof value !== 'function') throw new TypeError(`${key} must be a function, got ${show(value)}`);
};

export const aBoolean: Check = (key, value) => {
  if (typeof value !== 'boolean') throw new TypeError(`${key} must be true or false, got ${show(value)}`);
};

/** Undefined, or a text with something in it. */
export const checkText: Check = (key, value) => {
  if (value === undefined || (typeof value === 'string' && value !== '')) return;
  throw new TypeError(`${key} must be a non-empty string, got ${show(value)}`);
};

/** A path as it begins a request target. */
export const aPath: Check = (key, value) => {
  if (typeof value === 'string' && /^\/[^\s?#\\]*$/.test(value)) return;
  throw new TypeError(`${key} must be a path that begins with "/", without "?" and "#", got ${show(value)}`);
};

/** One check that passes is enough; when none does, all the rules. */
export function either(...checks: readonly Check[]): Check {
  return (key, value) => {
    const complaints: Error[] = [];
    for (const check of checks) {
      try {
        return check(key, value);
      } catch (error) {
        complaints.push(error as Error);
      }
    }
    const rules = complaints.map(({ message }) => /must be (.*), got /s.exec(message)?.[1] ?? message);
    const Kind = complaints.some((error) => error instanceof RangeError) ? RangeError : TypeError;
    throw new Kind(`${key} must be ${rules.join(', or ')}, got ${show(value)}`);
  };
}

/** An object with these functions. */
export function having(...methods: readonly string[]): Check {
  return (key, value) => {
    for (const method of methods) {
      if (typeof (value as Record<string, unknown> | null | undefined)?.[method] === 'function') continue;
      throw new TypeError(`${key} must be an object with a function ${method}(), got ${show(value)}`);
    }
  };
}

/** A value as it may stand in an error message: short, and on one line. */
export function show(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}...` : value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
