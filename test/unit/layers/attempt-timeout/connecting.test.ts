import { describe, expect, test } from 'vitest';
import type { Failed, LimitDecision, Outcome, Phase } from '../../../../src/engine/types.ts';
import { attemptTimeout } from '../../../../src/layers/attempt-timeout/attempt-timeout.ts';
import { ConnectLimit } from '../../../../src/layers/attempt-timeout/connect-limit.ts';
import { LearnedLimits } from '../../../../src/layers/attempt-timeout/learned-limits.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { addAttempt, fakeExchange, type FakeSettings, fakeTarget } from '../../../support/fake-exchange.ts';
import { deferred, FakeResponded } from '../../../support/fake-outcome.ts';

class Fixture {
  readonly clock = new FakeClock();
  readonly target = fakeTarget();
  readonly limit = new ConnectLimit();
  readonly decisions: LimitDecision[] = [];
  canMove = (): boolean => true;
  readonly layer = attemptTimeout({
    clock: this.clock,
    learned: new LearnedLimits(),
    canGoElsewhere: () => true,
    connecting: { limit: this.limit, canMove: () => this.canMove() },
    observer: {
      watchesLimits: () => true,
      limitDecided: (_exchange, _attempt, decision) => void this.decisions.push(decision),
    },
  });

  constructor() {
    for (let i = 0; i < 20; i += 1) this.limit.made(5, this.target);
  }

  begin(phase: Phase, timeouts: FakeSettings['timeouts'] = {}) {
    const exchange = fakeExchange({ method: 'POST', settings: { timeouts } });
    const { target } = this;
    const attempt = addAttempt(exchange, { startedAt: this.clock.now(), phase, target });
    const { promise, resolve } = deferred<Outcome>();
    const cuts: Failed[] = [];
    attempt.running = { cancel: (failure) => void cuts.push(failure) };
    const outcome = this.layer(() => promise)(exchange);
    return { attempt, cuts, outcome, resolve };
  }
}

describe('connecting that takes longer than usual', () => {
  test.each([
    ['dns', 'dns_timeout'],
    ['connect', 'connection_timeout'],
    ['tls', 'tls_handshake_timeout'],
  ] as const)('is given up where the request can move, in %s', (phase, cause) => {
    const fixture = new Fixture();
    const { cuts } = fixture.begin(phase);
    fixture.clock.advance(249);
    expect(cuts).toEqual([]);
    fixture.clock.advance(1);
    expect(cuts).toMatchObject([{ cause, verdict: { kind: 'ignored' } }]);
    expect(fixture.decisions).toMatchObject([
      { action: 'cut', phase: 'connect', limit: { limitMs: 250, samples: 20 }, configuredMs: 2_000 },
    ]);
  });

  test.each<[string, (fixture: Fixture) => void]>([
    ['it cannot move', (fixture) => void (fixture.canMove = () => false)],
    [
      'a function of the user throws',
      (fixture) => {
        fixture.canMove = () => {
          throw new Error('oops');
        };
      },
    ],
    [
      'that backend was left three times in a row',
      (fixture) => {
        for (let i = 0; i < 3; i += 1) fixture.limit.givenUp(fixture.target);
        fixture.limit.made(5, fakeTarget('b'));
      },
    ],
  ])('is left to the configured limit where %s', (_why, prepare) => {
    const fixture = new Fixture();
    prepare(fixture);
    const { cuts } = fixture.begin('connect');
    fixture.clock.advance(29_000);
    expect([cuts, fixture.decisions]).toEqual([[], []]);
  });

  test('only told, where limits only watch', () => {
    const fixture = new Fixture();
    const { cuts } = fixture.begin('connect', { learned: 'observe' });
    fixture.clock.advance(10_000);
    expect([cuts, fixture.decisions]).toMatchObject([[], [{ action: 'observed', phase: 'connect' }]]);
  });

  test('is none of its business where limits are not learned, or the configured one is shorter', () => {
    const fixture = new Fixture();
    const runs = [fixture.begin('connect', { learned: false }), fixture.begin('connect', { connectMs: 200 })];
    fixture.clock.advance(10_000);
    expect(runs.map(({ cuts }) => cuts)).toEqual([[], []]);
  });
});

test('what is being sent, or waits for a connection of others, is left alone', () => {
  const fixture = new Fixture();
  const runs = [fixture.begin('send'), fixture.begin('select')];
  fixture.clock.advance(10_000);
  expect(runs.map(({ cuts }) => cuts)).toEqual([[], []]);
});

test('connections that were made are learned from', async () => {
  const fixture = new Fixture();
  for (let i = 0; i < 50; i += 1) {
    const { attempt, outcome, resolve } = fixture.begin('connect');
    fixture.clock.advance(200);
    Object.assign(attempt, { connectedAt: fixture.clock.now(), sentAt: fixture.clock.now(), phase: 'wait' });
    attempt.answeredAt = fixture.clock.now();
    resolve(new FakeResponded());
    await outcome;
  }
  expect(fixture.limit.ms).toBeGreaterThan(400);
});
