import { expect, test } from 'vitest';
import { Tally } from '../../../../src/backends/health-checks/tally.ts';

/** What the checks found, `+` or `-`, and the state after each; in capitals where it changed or became known. */
function run(initial: 'up' | 'down', checks: string, rise = 2, fall = 3): string {
  const tally = new Tally({ initial, rise, fall });
  return [...checks]
    .map((check) => {
      const hasChanged = tally.record(check === '+');
      const state = tally.isUp ? 'u' : 'd';
      return hasChanged ? state.toUpperCase() : state;
    })
    .join('');
}

test.each<['up' | 'down', string, string]>([
  // The first that passes is enough, whatever it was taken for.
  ['up', '++', 'Uu'],
  ['down', '++', 'Uu'],
  ['down', '--+', 'ddU'],
  ['up', '--+', 'uuU'],
  // Out of the benefit of the doubt.
  ['up', '---', 'uuD'],
  // It was not: nothing changed, but now it is known.
  ['down', '---+', 'dddU'],
  // Fall: in a row.
  ['up', '+--+--+', 'Uuuuuuu'],
  ['up', '+---', 'UuuD'],
  // Rise: in a row.
  ['up', '+---+-+-++', 'UuuDdddddU'],
  // A state that goes on changes nothing.
  ['up', '+------', 'UuuDddd'],
])('at first %s: %s', (initial, checks, expected) => {
  expect(run(initial, checks)).toBe(expected);
});

test('1 and 1: each check decides', () => {
  expect(run('up', '+-+--+', 1, 1)).toBe('UDUDdU');
});
