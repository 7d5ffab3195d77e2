import { expect, test } from 'vitest';
import { type AddressCallback, type Resolver, resolveAddresses } from '../../../src/engine/resolver.ts';
import { FakeClock } from '../../support/fake-clock.ts';

type Answer = readonly string[] | NodeJS.ErrnoException | 'silence';

function failing(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code, syscall: 'queryA' });
}

function records(addresses: readonly string[]): { address: string; ttl: number }[] {
  return addresses.map((address) => ({ address, ttl: 60 }));
}

function answering(v4: Answer, v6: Answer): Resolver {
  const reply = (answer: Answer, callback: AddressCallback): void => {
    if (answer === 'silence') return;
    if (answer instanceof Error) callback(answer, []);
    else callback(null, records(answer));
  };
  return {
    resolve4: (_name, _options, callback) => reply(v4, callback),
    resolve6: (_name, _options, callback) => reply(v6, callback),
  };
}

interface Result {
  readonly code?: string | undefined;
  readonly addresses: readonly string[];
}

function run(resolver: Resolver, clock = new FakeClock()): Result[] {
  const results: Result[] = [];
  resolveAddresses(resolver, 'a.test', clock, (error, found) =>
    results.push({ code: error?.code, addresses: found.map(({ address }) => address) }),
  );
  return results;
}

const NO_DATA = failing('ENODATA');

test.each<[string, Answer, Answer, Result]>([
  ['both families', ['10.0.0.1'], ['::1'], { addresses: ['10.0.0.1', '::1'] }],
  ['one family only', ['10.0.0.1'], NO_DATA, { addresses: ['10.0.0.1'] }],
  ['one family only, the other fails', failing('ESERVFAIL'), ['::1'], { addresses: ['::1'] }],
  ['no such name', failing('ENOTFOUND'), failing('ENOTFOUND'), { code: 'ENOTFOUND', addresses: [] }],
  ['no address of either family', NO_DATA, NO_DATA, { code: 'ENODATA', addresses: [] }],
  [
    'a failure outranks the lack of the other family',
    NO_DATA,
    failing('ESERVFAIL'),
    { code: 'ESERVFAIL', addresses: [] },
  ],
  ['empty answers', [], [], { code: 'ENOTFOUND', addresses: [] }],
])('%s', (_what, v4, v6, expected) => {
  expect(run(answering(v4, v6))).toEqual([{ code: undefined, ...expected }]);
});

test('an answer waits 50 ms for the other family, no longer', () => {
  const clock = new FakeClock();
  const results = run(answering(['10.0.0.1'], 'silence'), clock);
  clock.advance(49);
  expect(results).toEqual([]);
  clock.advance(1);
  expect(results).toEqual([{ code: undefined, addresses: ['10.0.0.1'] }]);
  expect(clock.pending).toBe(0);
});

test('promises and exceptions are answers as well, and only the first one counts', async () => {
  const promised = run({
    resolve4: () => Promise.resolve(records(['10.0.0.1'])),
    resolve6: () => Promise.reject(NO_DATA),
  });
  await Promise.resolve();
  await Promise.resolve();
  expect(promised).toEqual([{ code: undefined, addresses: ['10.0.0.1'] }]);
  const throwing: Resolver = {
    resolve4: () => {
      throw failing('EBADNAME');
    },
    resolve6: (_name, _options, callback) => {
      callback(failing('EBADNAME'), []);
      callback(null, records(['::1']));
    },
  };
  expect(run(throwing)).toEqual([{ code: 'EBADNAME', addresses: [] }]);
});
