import { describe, expect, test } from 'vitest';
import { SUCCEEDED } from '../../support/fake-backend.ts';
import { fakeTarget } from '../../support/fake-exchange.ts';
import { isSettled, MembersFixture, settingsOf } from '../../support/fake-members.ts';

describe('a backend that is drained', () => {
  test('takes nothing new, and is empty when its last request is over', async () => {
    const fixture = new MembersFixture();
    const [backend] = fixture.add('a');
    const pass = fixture.enter(backend);
    const drained = fixture.members.drain('a', 5_000);
    expect(backend?.standing).toBe('draining');
    expect([await isSettled(drained), fixture.forgotten]).toEqual([false, []]);
    pass.settle(SUCCEEDED, fixture.clock.now());
    expect([await isSettled(drained), fixture.forgotten]).toEqual([true, ['a']]);
    expect([fixture.names, fixture.clock.pending]).toEqual([['a'], 0]);
  });

  test('is empty at once when nothing is pending', async () => {
    const fixture = new MembersFixture();
    fixture.add('a');
    await fixture.members.drain('a', 5_000);
    expect([fixture.forgotten, fixture.clock.pending]).toEqual([['a'], 0]);
  });

  test('keeps its requests until the grace ends, and not longer', async () => {
    const fixture = new MembersFixture();
    const pass = fixture.enter(fixture.add('a')[0]);
    const drained = fixture.members.drain('a', 5_000);
    fixture.clock.advance(4_999);
    expect(fixture.cancelled).toEqual([]);
    fixture.clock.advance(1);
    expect(fixture.cancelled).toMatchObject([
      [
        'a',
        {
          cause: 'no_healthy_backend',
          verdict: { kind: 'ignored' },
          detail: 'Backend "a" was taken out, and its grace of 5000 ms is over.',
        },
      ],
    ]);
    expect(await isSettled(drained)).toBe(false);
    pass.settle(SUCCEEDED, fixture.clock.now());
    expect(await isSettled(drained)).toBe(true);
  });

  test('never gives up anything when it may take as long as it takes', () => {
    const fixture = new MembersFixture();
    fixture.enter(fixture.add('a')[0]);
    void fixture.members.drain('a', Infinity);
    fixture.clock.advance(1e9);
    expect([fixture.cancelled, fixture.clock.pending]).toEqual([[], 0]);
  });

  test('is back after restore, and what was waited for is over', async () => {
    const fixture = new MembersFixture();
    const [backend] = fixture.add('a');
    const pass = fixture.enter(backend);
    const drained = fixture.members.drain('a', 5_000);
    fixture.members.restore('a');
    expect(backend?.standing).toBe('available');
    expect([await isSettled(drained), fixture.clock.pending]).toEqual([true, 0]);
    pass.settle(SUCCEEDED, fixture.clock.now());
    expect(fixture.forgotten).toEqual([]);
    expect(fixture.changes).toEqual(['a joined', 'a draining', 'a restored']);
  });

  test('goes by the last grace that was given', () => {
    const fixture = new MembersFixture();
    fixture.enter(fixture.add('a')[0]);
    void fixture.members.drain('a', 5_000);
    void fixture.members.drain('a', 1_000);
    fixture.clock.advance(1_000);
    expect([fixture.cancelled.length, fixture.clock.pending]).toEqual([1, 0]);
  });
});

describe('a backend that is removed', () => {
  test('is gone when its last request is over', async () => {
    const fixture = new MembersFixture();
    const pass = fixture.enter(fixture.add('a', 'b')[0]);
    const removed = fixture.members.remove('a', 5_000);
    expect([fixture.names, await isSettled(removed)]).toEqual([['a', 'b'], false]);
    pass.settle(SUCCEEDED, fixture.clock.now());
    expect([fixture.names, await isSettled(removed)]).toEqual([['b'], true]);
    expect(fixture.changes.slice(2)).toEqual(['a draining', 'a left']);
    expect([fixture.forgotten, fixture.clock.pending]).toEqual([['a'], 0]);
  });

  test('frees its name at once', () => {
    const fixture = new MembersFixture();
    const [old] = fixture.add('a');
    const pass = fixture.enter(old);
    void fixture.members.remove('a', 5_000);
    const [fresh] = fixture.add('a');
    expect(fixture.members.named('a')).toBe(fresh);
    pass.settle(SUCCEEDED, fixture.clock.now());
    expect(fixture.pool.backends).toEqual([fresh]);
  });

  test('can be drained first', () => {
    const fixture = new MembersFixture();
    fixture.add('a');
    void fixture.members.drain('a', 5_000);
    void fixture.members.remove('a', 5_000);
    expect([fixture.names, fixture.forgotten]).toEqual([[], ['a', 'a']]);
  });
});

describe('a source', () => {
  test('replaces its own share alone', () => {
    const fixture = new MembersFixture();
    fixture.add('static');
    fixture.members.reconcile('dns', [settingsOf('a'), settingsOf('b')]);
    fixture.members.reconcile('dns', [settingsOf('b'), settingsOf('c')]);
    expect(fixture.names).toEqual(['static', 'b', 'c']);
    fixture.members.reconcile('dns', []);
    expect(fixture.names).toEqual(['static']);
  });

  test('keeps what did not change, and takes over weight and tier', () => {
    const fixture = new MembersFixture();
    fixture.members.reconcile('dns', [settingsOf('a')]);
    const [before] = fixture.pool.backends;
    fixture.members.reconcile('dns', [settingsOf('a', { weight: 5, tier: 1 })]);
    expect(fixture.pool.backends).toEqual([before]);
    expect(before).toMatchObject({ weight: 5, tier: 1 });
    expect(fixture.pool.rotation.tiers.map(({ number }) => number)).toEqual([1]);
    expect(fixture.changes).toEqual(['a joined']);
  });

  test('gives a name that moved to another address to a backend of its own', () => {
    const fixture = new MembersFixture();
    fixture.members.reconcile('dns', [settingsOf('a')]);
    const pass = fixture.enter(fixture.pool.backends[0]);
    const moved = { ...settingsOf('a').target, origin: 'http://10.0.0.2:3000' };
    fixture.members.reconcile('dns', [settingsOf('a', { target: moved })]);
    expect(fixture.pool.backends.map(({ isDraining }) => isDraining)).toEqual([true, false]);
    pass.settle(SUCCEEDED, fixture.clock.now());
    expect(fixture.pool.backends.map(({ target }) => target)).toEqual([moved]);
  });

  test('gives the name back to one that had lost it to another address', () => {
    const fixture = new MembersFixture();
    fixture.members.reconcile('dns', [settingsOf('a')]);
    const [first] = fixture.pool.backends;
    fixture.enter(first);
    const moved = fakeTarget('a', { origin: 'http://elsewhere.internal:3000' });
    fixture.members.reconcile('dns', [settingsOf('a', { target: moved })]);
    fixture.members.reconcile('dns', [settingsOf('a')]);
    expect(fixture.pool.backends).toEqual([first]);
    expect(fixture.members.named('a')).toBe(first);
  });

  test('takes one whose certificates changed for another one', () => {
    const fixture = new MembersFixture();
    const secure = (cert: string) =>
      settingsOf('a', { target: fakeTarget('a', { tls: { cert: Buffer.from(cert) } }) });
    fixture.members.reconcile('dns', [secure('old')]);
    const [before] = fixture.pool.backends;
    fixture.members.reconcile('dns', [secure('old')]);
    expect(fixture.pool.backends).toEqual([before]);
    fixture.members.reconcile('dns', [secure('new')]);
    expect(fixture.pool.backends).not.toContain(before);
    expect(fixture.names).toEqual(['a']);
  });

  test('takes back one that was on its way out', () => {
    const fixture = new MembersFixture();
    fixture.members.reconcile('dns', [settingsOf('a')], 5_000);
    const [backend] = fixture.pool.backends;
    const pass = fixture.enter(backend);
    fixture.members.reconcile('dns', [], 5_000);
    fixture.members.reconcile('dns', [settingsOf('a')], 5_000);
    expect([backend?.isDraining, fixture.clock.pending]).toEqual([false, 0]);
    pass.settle(SUCCEEDED, fixture.clock.now());
    expect(fixture.pool.backends).toEqual([backend]);
  });

  test('leaves alone what an operator drained', () => {
    const fixture = new MembersFixture();
    fixture.members.reconcile('dns', [settingsOf('a')]);
    void fixture.members.drain('a', 5_000);
    fixture.members.reconcile('dns', [settingsOf('a')]);
    expect(fixture.pool.backends[0]?.isDraining).toBe(true);
  });

  test('that takes a name of another one changes nothing', () => {
    const fixture = new MembersFixture();
    fixture.add('static');
    fixture.members.reconcile('dns', [settingsOf('a')]);
    for (const wanted of [
      [settingsOf('b'), settingsOf('static')],
      [settingsOf('b'), settingsOf('b')],
    ]) {
      expect(() => fixture.members.reconcile('dns', wanted)).toThrow(/different names/);
      expect(fixture.names).toEqual(['static', 'a']);
    }
  });
});

test('a pool is unconfigured until it has had a backend', () => {
  const fixture = new MembersFixture();
  expect(fixture.pool.isUnconfigured).toBe(true);
  fixture.members.reconcile('dns', [settingsOf('a')]);
  fixture.members.reconcile('dns', []);
  expect([fixture.pool.isUnconfigured, fixture.names]).toEqual([false, []]);
});

test('names that are taken or unknown are refused', () => {
  const { members } = new MembersFixture();
  members.add(settingsOf('a'), 'options');
  expect(() => members.add(settingsOf('a'), 'options')).toThrow(
    'backends must have different names, got "a" twice',
  );
  for (const act of [() => members.drain('b', 1), () => members.restore('b'), () => members.remove('b', 1)]) {
    expect(act).toThrow('there is no backend "b"');
  }
});

test('closed, no grace is waited for', async () => {
  const fixture = new MembersFixture();
  fixture.enter(fixture.add('a')[0]);
  const drained = fixture.members.drain('a', 5_000);
  fixture.members.close();
  expect([await isSettled(drained), fixture.clock.pending]).toEqual([true, 0]);
});

describe('warming up', () => {
  test('is for those that join later than the options', () => {
    const { members, clock } = new MembersFixture();
    const share = (source: string): number => members.add(settingsOf(source), source).share(clock.now());
    expect([share('options'), share('by_hand'), share('dns')]).toEqual([1, 0.1, 0.1]);
  });
});

test('a backend that an operator drained stays so when discovery drops and finds it again', () => {
  const fixture = new MembersFixture();
  fixture.members.reconcile('dns', [settingsOf('a')]);
  const [backend] = fixture.pool.backends;
  fixture.enter(backend);
  void fixture.members.drain('a', Infinity);
  fixture.members.reconcile('dns', []);
  fixture.members.reconcile('dns', [settingsOf('a')]);
  expect([fixture.pool.backends, backend?.standing]).toEqual([[backend], 'draining']);
  fixture.members.restore('a');
  expect(backend?.standing).toBe('available');
});
