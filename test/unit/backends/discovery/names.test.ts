import { expect, test } from 'vitest';
import { Names } from '../../../../src/backends/discovery/names.ts';
import type { Resolver } from '../../../../src/engine/resolver.ts';
import { FakeClock, flush } from '../../../support/fake-clock.ts';

const CLOCK = new FakeClock();

function failing(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code });
}

/** Answers every question in one way. */
function resolverOf(answer: (callback: (error: unknown, rows?: unknown) => void) => unknown): Resolver {
  const question = (...given: unknown[]): unknown => answer(given.at(-1) as () => void);
  return { resolve4: question, resolve6: question, resolveSrv: question } as Resolver;
}

function names(resolver: Resolver): Names {
  return new Names({ clock: CLOCK, resolver });
}

const RECORD = { address: '10.0.0.1', ttl: 7 };

test('what is found', async () => {
  const answer = await names(resolverOf((callback) => callback(null, [RECORD]))).addresses('a.test', 4);
  expect(answer).toEqual({ kind: 'found', found: [RECORD] });
});

test('promises are as good as callbacks', async () => {
  const answer = await names(resolverOf(() => Promise.resolve([RECORD]))).addresses('a.test', 4);
  expect(answer).toEqual({ kind: 'found', found: [RECORD] });
});

test.each(['ENOTFOUND', 'ENODATA'])('%s is a definite no', async (code) => {
  const answer = await names(resolverOf((callback) => callback(failing(code)))).addresses('a.test', 4);
  expect(answer).toMatchObject({ kind: 'none', error: { code } });
});

test.each(['ESERVFAIL', 'EREFUSED', 'ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED', 'EBADRESP'])(
  '%s is a failure: it says nothing',
  async (code) => {
    const answer = await names(resolverOf(() => Promise.reject(failing(code)))).addresses('a.test', 6);
    expect(answer).toMatchObject({ kind: 'failed', error: { code } });
  },
);

test.each<[string, unknown]>([
  ['no rows', []],
  ['no list', 'nonsense'],
  ['nothing', undefined],
  ['rows that are none', [null, 0, {}, { address: 'nonsense', ttl: 1 }]],
  ['the other family', [{ address: '::1', ttl: 1 }]],
])('%s: as good as no address', async (_what, rows) => {
  const answer = await names(resolverOf((callback) => callback(null, rows))).addresses('a.test', 4);
  expect(answer).toMatchObject({ kind: 'none', error: { code: 'ENODATA' } });
});

test('"." in a service record means that there is no such service', async () => {
  const rows = ['', '.'].map((name) => ({ name, port: 80, priority: 0, weight: 0 }));
  const answer = await names(resolverOf((callback) => callback(null, rows))).services('_api._tcp.test');
  expect(answer).toMatchObject({ kind: 'none' });
});

test('a resolver that never answers has failed after 5 s', async () => {
  const clock = new FakeClock();
  const answers: unknown[] = [];
  const asked = new Names({ clock, resolver: resolverOf(() => undefined) }).addresses('a.test', 4);
  void asked.then((answer) => answers.push(answer));
  clock.advance(4_999);
  await flush();
  expect(answers).toEqual([]);
  clock.advance(1);
  await flush();
  expect(answers).toMatchObject([{ kind: 'failed', error: { code: 'ETIMEOUT' } }]);
});

test('an answer leaves no timer behind', async () => {
  const clock = new FakeClock();
  await new Names({ clock, resolver: resolverOf((callback) => callback(null, [RECORD])) }).addresses('a', 4);
  expect(clock.pending).toBe(0);
});

test("the app's own resolver has the last word", () => {
  expect(names(resolverOf(() => undefined)).system('localhost')).toBeUndefined();
});

test('without one, the hosts file counts', async () => {
  const own = new Names({ clock: new FakeClock() });
  const [first, second] = await Promise.all([own.system('localhost'), own.system('localhost')]);
  expect(first).toEqual(second);
  expect(first).toMatchObject({ kind: 'found' });
  expect(first?.kind === 'found' && first.found).toContain('127.0.0.1');
  own.close();
});
