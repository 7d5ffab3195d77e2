import { describe, expect, test } from 'vitest';
import type { Reached, StopReason } from '../../../../src/engine/types.ts';
import { eligibility, type RepeatFacts } from '../../../../src/layers/retry/eligibility.ts';

const REACHED: readonly Reached[] = ['no', 'maybe', 'yes'];
const YES_OR_NO = [true, false];

const ALL: readonly RepeatFacts[] = REACHED.flatMap((reached) =>
  YES_OR_NO.flatMap((idempotent) =>
    YES_OR_NO.flatMap((optedIn) =>
      YES_OR_NO.flatMap((replayable) =>
        YES_OR_NO.map((responseStarted) => ({ reached, idempotent, optedIn, replayable, responseStarted })),
      ),
    ),
  ),
);

/** i: idempotent, o: opted in, r: replayable; in capitals where it is so. */
const EXPECTED: Readonly<Record<string, 'retry' | StopReason>> = {
  'no ior': 'body_not_replayable',
  'no ioR': 'retry',
  'no iOr': 'body_not_replayable',
  'no iOR': 'retry',
  'no Ior': 'body_not_replayable',
  'no IoR': 'retry',
  'no IOr': 'body_not_replayable',
  'no IOR': 'retry',
  'maybe ior': 'method_not_idempotent',
  'maybe ioR': 'method_not_idempotent',
  'maybe iOr': 'body_not_replayable',
  'maybe iOR': 'retry',
  'maybe Ior': 'body_not_replayable',
  'maybe IoR': 'retry',
  'maybe IOr': 'body_not_replayable',
  'maybe IOR': 'retry',
  'yes ior': 'method_not_idempotent',
  'yes ioR': 'method_not_idempotent',
  'yes iOr': 'body_not_replayable',
  'yes iOR': 'retry',
  'yes Ior': 'body_not_replayable',
  'yes IoR': 'retry',
  'yes IOr': 'body_not_replayable',
  'yes IOR': 'retry',
};

function keyOf({ reached, idempotent, optedIn, replayable }: RepeatFacts): string {
  return `${reached} ${idempotent ? 'I' : 'i'}${optedIn ? 'O' : 'o'}${replayable ? 'R' : 'r'}`;
}

describe('every combination', () => {
  test('is in the table', () => {
    expect(ALL).toHaveLength(48);
    expect(Object.keys(EXPECTED)).toHaveLength(24);
  });

  test.each(ALL.filter(({ responseStarted }) => !responseStarted))('$reached: %o', (facts) => {
    expect(eligibility(facts)).toBe(EXPECTED[keyOf(facts)]);
  });

  test.each(ALL.filter(({ responseStarted }) => responseStarted))('once a response started: %o', (facts) => {
    expect(eligibility(facts)).toBe('response_started');
  });
});

test('whether the route opts in is asked only where that decides', () => {
  const asked: string[] = [];
  for (const facts of ALL) {
    const watched = {
      ...facts,
      get optedIn() {
        asked.push(`${keyOf(facts)} ${facts.responseStarted}`);
        return facts.optedIn;
      },
    };
    eligibility(watched);
  }
  const expected = ALL.filter(
    ({ responseStarted, reached, idempotent }) => !responseStarted && reached !== 'no' && !idempotent,
  ).map((facts) => `${keyOf(facts)} ${facts.responseStarted}`);
  expect(asked).toEqual(expected);
});
