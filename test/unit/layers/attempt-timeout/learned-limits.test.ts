import { expect, test } from 'vitest';
import { LearnedLimits } from '../../../../src/layers/attempt-timeout/learned-limits.ts';
import { fakeRequest } from '../../../support/fake-exchange.ts';

test('requests of one method and path shape share what was learned', () => {
  const limits = new LearnedLimits();
  const one = limits.of(fakeRequest({ path: '/users/1' }));
  expect(limits.of(fakeRequest({ path: '/users/2?full' }))).toBe(one);
  expect(limits.of(fakeRequest({ path: '/users' }))).not.toBe(one);
  expect(limits.of(fakeRequest({ path: '/users/1', method: 'PUT' }))).not.toBe(one);
});

test('routes that clients invent are forgotten, those in use are not', () => {
  const limits = new LearnedLimits();
  const used = limits.of(fakeRequest({ path: '/used' }));
  const invented = limits.of(fakeRequest({ path: '/invented' }));
  for (let i = 0; i < 3_000; i += 1) {
    const letters = String(i).replace(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)));
    limits.of(fakeRequest({ path: `/${letters}` }));
    limits.of(fakeRequest({ path: '/used' }));
  }
  expect(limits.of(fakeRequest({ path: '/used' }))).toBe(used);
  expect(limits.of(fakeRequest({ path: '/invented' }))).not.toBe(invented);
});

test('each is listed once, with the limit that rules and what it rests on', () => {
  const limits = new LearnedLimits();
  for (let i = 0; i < 1_000; i += 1) limits.of(fakeRequest({ path: `/users/${i}?x` })).observe(400);
  limits.of(fakeRequest({ path: '/new', method: 'PUT' })).observe(10);
  limits.of(fakeRequest({ path: '/none' }));
  limits.of(fakeRequest(), () => 'search'.repeat(100)).observe(1);
  const listed = limits.list(30_000);
  expect(listed).toMatchObject([
    { route: 'GET /users/#', source: 'learned', samples: 1_000 },
    { route: 'PUT /new', limitMs: 30_000, source: 'configured', samples: 1 },
    { route: 'GET /none', limitMs: 30_000, source: 'configured' },
    { route: 'search'.repeat(100).slice(0, 200) },
  ]);
  expect(listed[0]?.limitMs).toBeLessThan(1_000);
});
