// Settled options were frozen, but for the list of backends, its entries, and the caller's own `tls` object in them.
import { expect, test } from 'vitest';
import { settleOptions } from '../../src/options/settle.ts';

test('the list and its entries are frozen', () => {
  const { backends } = settleOptions({ backends: ['http://a', 'http://b'] });
  expect([backends, ...backends].map((one) => Object.isFrozen(one))).toEqual([true, true, true]);
});

test('a later change to the tls that was given changes nothing', () => {
  const tls = { servername: 'a' };
  const { backends } = settleOptions({ backends: [{ url: 'https://a', tls }] });
  tls.servername = 'b';
  expect(backends[0]?.target.tls).toEqual({ servername: 'a' });
});
