import { describe, expect, test } from 'vitest';
import type { ClientExchange } from '../../../../src/engine/exchange.ts';
import type { Failed, Forward, Outcome } from '../../../../src/engine/types.ts';
import { attemptTimeout } from '../../../../src/layers/attempt-timeout/attempt-timeout.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { addAttempt, fakeExchange } from '../../../support/fake-exchange.ts';
import { deferred, FakeResponded } from '../../../support/fake-outcome.ts';

class Fixture {
  readonly clock = new FakeClock();
  canGoElsewhere = true;
  readonly #layer = attemptTimeout({ clock: this.clock, canGoElsewhere: () => this.canGoElsewhere });

  /** One attempt that is under way; it ends when it is answered or cut. */
  begin(path = '/', timeouts = { firstByteMs: 10_000, learned: true }) {
    const exchange: ClientExchange = fakeExchange({ path, settings: { timeouts } });
    const attempt = addAttempt(exchange, { startedAt: this.clock.now() });
    const { promise, resolve } = deferred<Outcome>();
    let cut: Failed | undefined;
    attempt.running = {
      cancel: (failure) => {
        cut = failure;
        resolve(failure);
      },
    };
    const hop: Forward = () => promise;
    const outcome = this.#layer(hop)(exchange);
    return {
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
  async learn(samples: number, latencyMs: number, path = '/'): Promise<void> {
    for (let i = 0; i < samples; i += 1) {
      const one = this.begin(path);
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

test('without an attempt there is nothing to limit', async () => {
  const clock = new FakeClock();
  const response = new FakeResponded();
  const layer = attemptTimeout({ clock, canGoElsewhere: (): boolean => false });
  expect(await layer(() => Promise.resolve(response))(fakeExchange())).toBe(response);
  expect(clock.pending).toBe(0);
});
