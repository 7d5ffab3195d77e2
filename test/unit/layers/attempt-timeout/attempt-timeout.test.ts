import { describe, expect, test } from 'vitest';
import type { BackendAttempt } from '../../../../src/engine/attempt.ts';
import type { ClientExchange } from '../../../../src/engine/exchange.ts';
import type {
  Failed,
  Forward,
  LimitDecision,
  Outcome,
  ProxyRequest,
  Target,
} from '../../../../src/engine/types.ts';
import { failed } from '../../../../src/failure/failed.ts';
import { attemptTimeout } from '../../../../src/layers/attempt-timeout/attempt-timeout.ts';
import { LearnedLimits } from '../../../../src/layers/attempt-timeout/learned-limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import {
  addAttempt,
  fakeExchange,
  fakeRequest,
  type FakeSettings,
  fakeTarget,
} from '../../../support/fake-exchange.ts';
import { deferred, FakeResponded } from '../../../support/fake-outcome.ts';

type Timeouts = NonNullable<FakeSettings['timeouts']>;

class Fixture {
  readonly #targets = new Map<string, Target>();
  readonly clock = new FakeClock();
  canGoElsewhere = true;
  /** How much time the last question was about. */
  neededMs = NaN;
  readonly decisions: (LimitDecision & { readonly backend: string })[] = [];
  readonly learned = new LearnedLimits();
  readonly layer = attemptTimeout({
    clock: this.clock,
    learned: this.learned,
    canGoElsewhere: (_exchange, neededMs) => {
      this.neededMs = neededMs;
      return this.canGoElsewhere;
    },
    observer: {
      watchesLimits: () => true,
      limitDecided: (_exchange, { target }, decision) =>
        void this.decisions.push({ ...decision, backend: target.name }),
    },
  });

  /** One attempt that is under way; it ends when it is answered or cut. */
  begin(path = '/', timeouts: Timeouts = { firstByteMs: 10_000, learned: true }) {
    return this.again(fakeExchange({ path, settings: { timeouts } }));
  }

  /** Another attempt of that exchange. */
  again(exchange: ClientExchange, backend = 'a') {
    const target = this.#targets.get(backend) ?? fakeTarget(backend);
    this.#targets.set(backend, target);
    const attempt = addAttempt(exchange, { startedAt: this.clock.now(), target });
    const { promise, resolve } = deferred<Outcome>();
    let cut: Failed | undefined;
    attempt.running = {
      cancel: (failure) => {
        cut = failure;
        resolve(failure);
      },
    };
    const hop: Forward = () => promise;
    const outcome = this.layer(hop)(exchange);
    return {
      exchange,
      attempt,
      outcome,
      cut: () => cut,
      send: () => {
        attempt.sentAt = this.clock.now();
      },
      answer: async () => {
        attempt.answeredAt = this.clock.now();
        resolve(new FakeResponded());
        await outcome;
      },
    };
  }

  /** So many attempts that took so long. */
  async learn(samples: number, latencyMs: number, path = '/', timeouts?: Timeouts): Promise<void> {
    for (let i = 0; i < samples; i += 1) {
      const one = this.begin(path, timeouts);
      one.send();
      this.clock.advance(latencyMs);
      await one.answer();
    }
  }
}

describe('the configured limit', () => {
  test('counts from the last byte of the request, not from the start', () => {
    const fixture = new Fixture();
    const one = fixture.begin();
    fixture.clock.advance(9_000);
    one.send();
    fixture.clock.advance(9_999);
    expect(one.cut()).toBeUndefined();
    fixture.clock.advance(1);
    expect(one.cut()).toMatchObject({
      cause: 'first_byte_timeout',
      verdict: { kind: 'failure', cause: 'first_byte_timeout' },
    });
    expect(one.attempt.limit).toEqual({ limitMs: 10_000, source: 'configured' });
  });

  test('does not run while the request is being sent', () => {
    const fixture = new Fixture();
    const one = fixture.begin();
    fixture.clock.advance(100_000);
    expect(one.cut()).toBeUndefined();
  });

  test('an answer ends it', async () => {
    const fixture = new Fixture();
    const one = fixture.begin();
    one.send();
    await one.answer();
    expect(fixture.clock.pending).toBe(0);
  });

  test('Infinity sets no timer', () => {
    const fixture = new Fixture();
    fixture.begin('/', { firstByteMs: Infinity, learned: false });
    expect(fixture.clock.pending).toBe(0);
  });
});

describe('the learned limit', () => {
  test('cuts what is slower than its route, and does not blame the backend', async () => {
    const fixture = new Fixture();
    await fixture.learn(1_000, 100);
    const one = fixture.begin();
    one.send();
    fixture.clock.advance(1_000);
    expect(one.cut()).toMatchObject({ cause: 'first_byte_timeout', verdict: { kind: 'ignored' } });
    expect(one.attempt.limit).toMatchObject({ limitMs: 250, source: 'learned', samples: 1_000 });
  });

  test('needs a thousand samples of that route', async () => {
    const fixture = new Fixture();
    await fixture.learn(999, 100);
    await fixture.learn(1, 100, '/other');
    const one = fixture.begin();
    one.send();
    fixture.clock.advance(9_999);
    expect(one.cut()).toBeUndefined();
    fixture.clock.advance(1);
    expect(one.attempt.limit?.source).toBe('configured');
  });

  test('does not cut an attempt that cannot go elsewhere: that gets the configured limit', async () => {
    const fixture = new Fixture();
    await fixture.learn(1_000, 100);
    fixture.canGoElsewhere = false;
    const one = fixture.begin();
    one.send();
    fixture.clock.advance(9_999);
    expect(one.cut()).toBeUndefined();
    fixture.clock.advance(1);
    expect(one.cut()).toMatchObject({ verdict: { kind: 'failure' } });
    expect(one.attempt.limit?.source).toBe('configured');
  });

  test('asks when the time is up, not before', async () => {
    const fixture = new Fixture();
    await fixture.learn(1_000, 100);
    fixture.canGoElsewhere = false;
    const one = fixture.begin();
    one.send();
    fixture.clock.advance(249);
    fixture.canGoElsewhere = true;
    fixture.clock.advance(1);
    expect(one.cut()).toBeDefined();
  });

  test('counts from the last byte of the request, too', async () => {
    const fixture = new Fixture();
    await fixture.learn(1_000, 100);
    const one = fixture.begin();
    fixture.clock.advance(240);
    one.send();
    fixture.clock.advance(249);
    expect(one.cut()).toBeUndefined();
    fixture.clock.advance(1);
    expect(one.cut()).toBeDefined();
  });

  test('cuts widen it', async () => {
    const fixture = new Fixture();
    await fixture.learn(1_000, 200);
    const limits: (number | undefined)[] = [];
    for (let i = 0; i < 4; i += 1) {
      const one = fixture.begin();
      one.send();
      fixture.clock.advance(20_000);
      limits.push(one.attempt.limit?.limitMs);
      await one.outcome;
      const other = fixture.again(one.exchange, 'b');
      other.send();
      fixture.clock.advance(20_000);
      await other.outcome;
    }
    expect(limits.at(-1)).toBeGreaterThanOrEqual(2 * (limits[0] ?? Infinity));
  });

  test('is off on request', async () => {
    const fixture = new Fixture();
    await fixture.learn(1_000, 100);
    const one = fixture.begin('/', { firstByteMs: 10_000, learned: false });
    one.send();
    fixture.clock.advance(9_999);
    expect(one.cut()).toBeUndefined();
  });
});

describe('a cut', () => {
  test('is told, with what it rests on', async () => {
    const fixture = new Fixture();
    await fixture.learn(1_000, 100, '/users/1');
    const one = fixture.begin('/users/2');
    one.send();
    fixture.clock.advance(250);
    const limit = { limitMs: 250, source: 'learned', samples: 1_000 };
    expect(fixture.decisions).toMatchObject([
      {
        action: 'cut',
        phase: 'first_byte',
        route: 'GET /users/#',
        backend: 'a',
        limit,
        configuredMs: 10_000,
      },
    ]);
  });

  test('needs time for another attempt: as much as nearly all answers take', async () => {
    const fixture = new Fixture();
    await fixture.learn(1_000, 100);
    fixture.begin().send();
    fixture.clock.advance(250);
    expect(fixture.neededMs).toBeGreaterThanOrEqual(100);
    expect(fixture.neededMs).toBeLessThan(110);
  });

  /** What the limit is after cuts, each followed by an answer from another backend after so long. */
  async function afterCuts(cuts: number, answerMs: number): Promise<number | undefined> {
    const fixture = new Fixture();
    await fixture.learn(1_000, 100);
    for (let i = 0; i < cuts; i += 1) {
      const one = fixture.begin();
      one.send();
      fixture.clock.advance(20_000);
      await one.outcome;
      const other = fixture.again(one.exchange, 'b');
      other.send();
      fixture.clock.advance(answerMs);
      await other.answer();
    }
    return fixture.learned.of(fakeRequest()).get(10_000)?.limitMs;
  }

  test('that another backend makes good in less time speaks of one backend, and widens nothing', async () => {
    expect(await afterCuts(50, 100)).toBe(250);
  });

  test('after which the others take as long widens the limit', async () => {
    expect((await afterCuts(3, 600)) ?? 0).toBeGreaterThanOrEqual(500);
  });

  test('on several backends, of a good part of attempts, widens it to the configured one, and that is told', async () => {
    const fixture = new Fixture();
    await fixture.learn(1_100, 100);
    for (let i = 0; i < 20; i += 1) fixture.again(fakeExchange(), i % 2 === 0 ? 'a' : 'b').send();
    fixture.clock.advance(250);
    const widened = fixture.decisions.filter(({ action }) => action === 'widened');
    expect(widened).toMatchObject([{ limit: { source: 'learned' } }]);
    expect(fixture.learned.of(fakeRequest()).get(10_000)).toBeUndefined();
  });
});

describe('a limit that only watches', () => {
  const OBSERVE = { firstByteMs: 10_000, learned: 'observe' } as const;

  test('says what it would have cut, once, and lets it go on', async () => {
    const fixture = new Fixture();
    await fixture.learn(1_000, 100, '/', OBSERVE);
    const one = fixture.begin('/', OBSERVE);
    one.send();
    fixture.clock.advance(9_999);
    expect(one.cut()).toBeUndefined();
    expect(fixture.decisions).toMatchObject([{ action: 'observed', limit: { limitMs: 250 } }]);
    fixture.clock.advance(1);
    expect(one.cut()).toMatchObject({ verdict: { kind: 'failure' } });
  });

  test('says nothing of what could not go elsewhere', async () => {
    const fixture = new Fixture();
    await fixture.learn(1_000, 100, '/', OBSERVE);
    fixture.canGoElsewhere = false;
    fixture.begin('/', OBSERVE).send();
    fixture.clock.advance(9_999);
    expect(fixture.decisions).toEqual([]);
  });
});

describe('timeouts.key', () => {
  const key = ({ headers }: ProxyRequest): string | undefined =>
    headers['x-op'] === undefined ? undefined : String(headers['x-op']);

  test('says what belongs together', () => {
    const learned = new LearnedLimits();
    const of = (path: string, ...rawHeaders: string[]) => learned.of(fakeRequest({ path, rawHeaders }), key);
    expect(of('/rpc', 'x-op', 'read')).toBe(of('/other', 'x-op', 'read'));
    expect(of('/rpc', 'x-op', 'read')).not.toBe(of('/rpc', 'x-op', 'write'));
    expect(of('/rpc')).toBe(learned.of(fakeRequest({ path: '/rpc' })));
    expect(of('/rpc', 'x-op', 'GET /rpc')).not.toBe(of('/rpc'));
  });

  test('what it throws, or returns against the rules, is its own fault', () => {
    const exchange = fakeExchange({ settings: { timeouts: { key: () => 1 as unknown as string } } });
    addAttempt(exchange);
    const { layer } = new Fixture();
    expect(() => layer(() => Promise.resolve(new FakeResponded()))(exchange)).toThrow(/timeouts\.key/);
  });
});

test('without an attempt there is nothing to limit', async () => {
  const clock = new FakeClock();
  const response = new FakeResponded();
  const layer = attemptTimeout({ clock, learned: new LearnedLimits(), canGoElsewhere: (): boolean => false });
  expect(await layer(() => Promise.resolve(response))(fakeExchange())).toBe(response);
  expect(clock.pending).toBe(0);
});

describe('with two attempts at a time', () => {
  const HEDGED = { retry: { hedge: { quantile: 0.95, delayMs: undefined } } };

  /** One attempt of a hundred that ends in `end`, and what is known of the route then. */
  async function afterOne(settings: FakeSettings, end: (attempt: BackendAttempt) => Outcome) {
    const clock = new FakeClock();
    const learned = new LearnedLimits();
    const layer = attemptTimeout({ clock, learned, canGoElsewhere: () => true });
    const exchange = fakeExchange({ settings });
    for (let i = 0; i < 99; i += 1) learned.of(exchange.request).observe(10);
    const attempt = addAttempt(exchange, { startedAt: clock.now(), sentAt: clock.now() });
    const { promise, resolve } = deferred<Outcome>();
    const outcome = layer(() => promise)(exchange);
    clock.advance(50);
    attempt.endedAt = clock.now();
    resolve(end(attempt));
    await outcome;
    return learned.of(exchange.request).quantile(0.995);
  }

  const answered = (attempt: BackendAttempt): Outcome => {
    attempt.answeredAt = attempt.endedAt;
    return new FakeResponded();
  };

  test('answers are learned from even where no limit is learned', async () => {
    const off = { timeouts: { learned: false } };
    expect(await afterOne({ ...off, ...HEDGED }, answered)).toBeGreaterThanOrEqual(50);
    expect(await afterOne(off, answered)).toBeUndefined();
  });

  test('and no limit is applied there', async () => {
    const fixture = new Fixture();
    await fixture.learn(1_000, 100);
    const exchange = fakeExchange({ settings: { ...HEDGED, timeouts: { learned: false } } });
    const attempt = addAttempt(exchange, { startedAt: fixture.clock.now(), sentAt: fixture.clock.now() });
    let cut = false;
    attempt.running = { cancel: () => void (cut = true) };
    void fixture.layer(() => new Promise(() => undefined))(exchange);
    fixture.clock.advance(29_999);
    expect(cut).toBe(false);
    fixture.clock.advance(1);
    expect(cut).toBe(true);
  });

  test('a first one that was too slow for its exchange counts as slower', async () => {
    const value = await afterOne(HEDGED, (attempt) => {
      attempt.superseded = true;
      return failed('first_byte_timeout');
    });
    expect(value).toBeGreaterThanOrEqual(100);
  });

  test('a second one does not count: it is known in full only when it is fast', async () => {
    const hedge = (attempt: BackendAttempt): Outcome => {
      attempt.hedge = true;
      return answered(attempt);
    };
    expect(await afterOne(HEDGED, hedge)).toBeUndefined();
  });
});
