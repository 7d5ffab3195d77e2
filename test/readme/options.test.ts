import { createGateway, type GatewayOptions } from 'causeway-proxy';
import { describe, expect, test } from 'vitest';
import { settleOptions } from '../../src/options/settle.ts';
import { DEFAULTS, defaultErrors } from '../../src/options.ts';
import { defaultOf, DOCUMENTED, type DocumentedOption, rangeOf, wordsOf } from './support/options-table.ts';
import { PROSE } from './support/readme.ts';

const URL_OF_BACKEND = 'http://127.0.0.1:3001';
/** Allows everything that a backend can have. */
const SECURE = { url: 'https://api.test', tls: { servername: 'api.test' } };

/** Ranges that depend on one another: wide open while one of them is tried. */
const BESIDE: Readonly<Record<string, object>> = {
  breaker: { openMs: 10, maxOpenMs: 600_000 },
  health: { intervalMs: 600_000, timeoutMs: 1 },
  discovery: { minTtlMs: 100, maxTtlMs: 86_400_000 },
};

/** Described in words. */
const IN_WORDS: Readonly<Record<string, readonly string[]>> = {
  required: ['backends', 'backends[].url'],
  'as follows': ['retry', 'breaker'],
  none: [
    'backends[].discover',
    'backends[].tls',
    'backends[].socketPath',
    'balance.hash',
    'retry.when',
    'retry.hedge.delayMs',
    'health.path',
    'health.headers',
    'timeouts.key',
    'limits.priority',
    'errors.render',
    'upgrade.path',
    'destinations.allow',
  ],
  'host and port': ['backends[].name'],
  'the console': ['logger'],
  'our own': ['forwarder'],
  "the system's": ['resolver', 'clock', 'random'],
};

/** Options with this value at this path, and a backend. */
function optionsWith(path: string, value: unknown): GatewayOptions {
  const options: Record<string, unknown> = { backends: [URL_OF_BACKEND] };
  const [group = '', ...rest] = path.split('.');
  if (path === 'backends') options['backends'] = value;
  else if (group === 'backends[]') options['backends'] = [{ ...SECURE, ...nested(rest, value) }];
  else if (rest.length === 0) options[group] = value;
  else options[group] = { ...BESIDE[group], ...nested(rest, value) };
  return options as unknown as GatewayOptions;
}

function nested(path: readonly string[], value: unknown): object {
  const [key = '', ...rest] = path;
  return { [key]: rest.length === 0 ? value : nested(rest, value) };
}

function accepts(path: string, value: unknown): boolean {
  try {
    void createGateway(optionsWith(path, value)).close();
    return true;
  } catch (error) {
    // A message about anything else would prove nothing.
    expect(String(error)).toContain(path.replace('[]', '[0]'));
    return false;
  }
}

/** The keys that are known in one place, as the complaint about an unknown one lists them. */
function knownKeys(where: string): string[] {
  const path = where === '' ? 'nonsense' : `${where}.nonsense`;
  try {
    createGateway(optionsWith(path, 1));
  } catch (error) {
    const [, keys = ''] = /\(known: (.*)\)$/.exec(String(error)) ?? [];
    return keys.split(', ').map((key) => (where === '' ? key : `${where}.${key}`));
  }
  throw new Error(`${path} was accepted`);
}

test('every option is in the table, and no other', () => {
  const groups = [
    'retry',
    'breaker',
    'health',
    'discovery',
    'timeouts',
    'limits',
    'headers',
    'errors',
    'upgrade',
    'destinations',
    'rewrite',
    'rewrite.cookies',
  ];
  const known = ['', 'backends[]', 'balance', 'retry.budget', 'retry.hedge', ...groups].flatMap(knownKeys);
  // Groups have no row, unless they can be switched off.
  const withoutRow = [
    'discovery',
    'timeouts',
    'limits',
    'headers',
    'errors',
    'upgrade',
    'retry.budget',
    'rewrite',
    'rewrite.cookies',
  ];
  const expected = known.filter((key) => !withoutRow.includes(key));
  expect(DOCUMENTED.map(({ path }) => path).sort()).toEqual(expected.sort());
});

describe('defaults', () => {
  const { retry, budget, hedge, ...groups } = DEFAULTS;
  const actual: Record<string, unknown> = {
    ...flat('', { retry, ...groups, errors: defaultErrors(undefined) }),
    ...flat('retry.budget.', budget),
    health: settleOptions({ backends: [URL_OF_BACKEND] }).health,
    // As the target has it: the one version that is offered.
    'backends[].protocol': settleOptions({ backends: [URL_OF_BACKEND] }).backends[0]?.target.alpn.join(),
    ...flat('retry.hedge.', hedge),
    'destinations.private': false,
    'backends[].weight': settleOptions({ backends: [URL_OF_BACKEND] }).backends[0]?.weight,
    'backends[].tier': settleOptions({ backends: [URL_OF_BACKEND] }).backends[0]?.tier,
  };

  test.each(DOCUMENTED)('$path: $default', (option) => {
    const words = IN_WORDS[option.default];
    if (words) expect(words).toContain(option.path);
    else expect(option.path in actual).toBe(true);
    expect(defaultOf(option)).toBe(actual[option.path]);
  });

  function flat(prefix: string, values: object): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(values).flatMap(([key, value]: [string, unknown]) =>
        typeof value === 'object' && value !== null
          ? Object.entries(flat(`${prefix}${key}.`, value))
          : [[`${prefix}${key}`, value]],
      ),
    );
  }
});

describe('ranges', () => {
  const numeric = DOCUMENTED.filter((option) => rangeOf(option) !== undefined);

  test('there are some', () => expect(numeric.length).toBeGreaterThan(20));

  test.each(numeric)('$path: $range', (option) => {
    const { path } = option;
    const { min, above, max, whole } = rangeOf(option) ?? { min: NaN, above: false, max: NaN, whole: false };
    expect(accepts(path, min)).toBe(!above);
    expect(accepts(path, justBelow(min, whole))).toBe(false);
    if (above) expect(accepts(path, min + Number.MIN_VALUE)).toBe(true);
    expect(accepts(path, max ?? Infinity)).toBe(true);
    if (max !== undefined) expect(accepts(path, max + 1)).toBe(false);
    // Whole numbers have ranges at least one wide.
    expect(accepts(path, min + Math.min(0.5, ((max ?? Infinity) - min) / 2))).toBe(!whole);
  });

  function justBelow(min: number, whole: boolean): number {
    return min - (whole || min === 0 ? 1 : 0.001);
  }

  const worded = DOCUMENTED.flatMap((option: DocumentedOption) =>
    wordsOf(option).map((word) => ({ path: option.path, word })),
  );

  test.each(worded)('$path: $word', ({ path, word }) => {
    expect(accepts(path, word)).toBe(true);
    if (typeof word === 'string') expect(accepts(path, `${word}s`)).toBe(false);
  });

  test.each(DOCUMENTED.filter(({ range }) => range.includes('=>')))('$path takes a function', ({ path }) => {
    expect(accepts(path, () => undefined)).toBe(true);
  });
});

test('a bad value is answered with the message shown', () => {
  const [message] = /RangeError: [^`]+/.exec(PROSE) ?? [];
  expect(() => createGateway(optionsWith('retry.retries', 11))).toThrow(RangeError);
  expect(message).toBe(`RangeError: ${complaint('retry.retries', 11)}`);
});

function complaint(path: string, value: unknown): string {
  try {
    createGateway(optionsWith(path, value));
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

test('numbers told in prose are the defaults', () => {
  const { budget, breaker, discovery } = DEFAULTS;
  const text = PROSE.replace(/\s+/g, ' ');
  expect(text).toContain(
    `at most ${budget.ratio * 100} % of requests in the last ${budget.windowMs / 1_000} s, plus one per second`,
  );
  expect(budget.minPerSecond).toBe(1);
  expect(text).toContain(`requests wait, for ${discovery.waitMs / 1_000} s (\`waitMs\`)`);
  expect([breaker.consecutiveFailures, breaker.failureRate]).toEqual([5, 0.5]);
  expect(text).toContain(
    `Five connection-level failures in a row, or half of at least ${breaker.minRequests} requests in ${breaker.windowMs / 1_000} s`,
  );
  expect(text).toContain(
    `After ${breaker.openMs / 1_000} s one request may probe; the wait doubles, up to ${breaker.maxOpenMs / 1_000} s`,
  );
});
