import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import type { Pass } from '../../src/engine/types.ts';
import type { BalanceSettings } from '../../src/engine/settings.ts';
import { admits, failedWith, fakeBackend, SAYS_NOTHING, SUCCEEDED } from '../support/fake-backend.ts';
import { addAttempt, fakeExchange } from '../support/fake-exchange.ts';
import { fakePool } from '../support/fake-pool.ts';
import { seededRandom } from '../support/fake-random.ts';

const BALANCES: readonly BalanceSettings[] = [
  'peak-ewma',
  'least-pending',
  'round-robin',
  { hash: ({ id }) => id },
];
const RARE = ['join', 'leave', 'drain', 'restore', 'down', 'up', 'move'] as const;
const KINDS = [
  ...RARE,
  'restore' as const,
  'up' as const,
  ...Array<'enter'>(8).fill('enter'),
  ...Array<'settle'>(5).fill('settle'),
];
const ENDS = [
  SUCCEEDED,
  SAYS_NOTHING,
  failedWith('connection_refused'),
  failedWith('closed_before_response'),
  failedWith('closed_before_response'),
];

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom(...KINDS),
    which: fc.nat(),
    end: fc.constantFrom(...ENDS),
    passedMs: fc.constantFrom(0, 0, 0, 1, 400, 1_100),
  }),
  { minLength: 1, maxLength: 120, size: 'max' },
);

interface Step {
  readonly kind: (typeof RARE)[number] | 'enter' | 'settle';
  readonly which: number;
  readonly end: (typeof ENDS)[number];
  readonly passedMs: number;
}

class Model {
  readonly members: Backend[] = [];
  now = 1_000;
  readonly #pool;
  readonly #passes: Pass[] = [];
  #made = 0;

  constructor(balance: BalanceSettings, seed: number) {
    this.#pool = fakePool([], { balance, random: seededRandom(seed) });
  }

  play({ kind, which, end, passedMs }: Step): void {
    this.now += passedMs;
    if (kind === 'join') this.#join(which);
    if (kind === 'settle')
      this.#passes.splice(which % (this.#passes.length || 1), 1)[0]?.settle(end, this.now);
    const backend = this.members[which % (this.members.length || 1)];
    if (!backend) return;
    if (kind === 'leave') {
      this.members.splice(this.members.indexOf(backend), 1);
      this.#pool.leave(backend, 'by_hand', this.now);
    }
    if (kind === 'drain') backend.drain('by_hand', this.now);
    if (kind === 'restore') backend.restore('by_hand', this.now);
    if (kind === 'down' || kind === 'up') backend.setHealth(kind === 'up', undefined, this.now);
    if (kind === 'move') {
      backend.tier = which % 3;
      backend.weight = 1 + (which % 5);
      this.#pool.resettle(backend);
    }
    if (kind === 'enter') this.#request(which);
  }

  #join(which: number): void {
    this.#made += 1;
    const given = { limit: 2, tier: which % 2, weight: 1 + (which % 3), now: this.now };
    const breaker = { consecutiveFailures: 1, minRequests: 2 };
    const backend = fakeBackend(`b${this.#made}`, { ...given, breaker });
    this.members.push(backend);
    this.#pool.join(backend, 'by_hand', this.now);
  }

  /** The choice, beside what looking at each backend says. */
  #request(which: number): void {
    const tried = this.members.filter((_, index) => which % 4 === 0 && index % 3 === 0);
    const exchange = fakeExchange({ id: String(which), method: which % 2 === 0 ? 'GET' : 'POST' });
    for (const { target } of tried) addAttempt(exchange, { target });
    const possible = this.members.filter((backend) => !tried.includes(backend) && admits(backend, this.now));
    const ready = possible.filter(({ standing }) => standing === 'available');
    const chosen = this.#pool.choose(exchange, this.now);
    expect(chosen === undefined).toBe(possible.length === 0);
    if (!chosen) return;
    expect(possible).toContain(chosen);
    if (chosen.standing === 'available') {
      expect(chosen.tier).toBe(Math.min(...ready.map(({ tier }) => tier)));
    } else if (tried.length > 0) {
      // A probe, by a request that has failed before: there was nothing better.
      expect(ready).toEqual([]);
    }
    const pass = this.#pool.enter(chosen, this.now);
    expect(pass).toBeDefined();
    if (pass) this.#passes.push(pass);
  }

  check(): void {
    expect(new Set(this.#pool.backends)).toEqual(new Set(this.members));
    const pending = this.members.reduce((sum, backend) => sum + backend.pending, 0);
    expect(pending).toBeLessThanOrEqual(this.#passes.length);
    const exchange = fakeExchange();
    expect(this.#pool.elsewhere(exchange, this.now) === 'other').toBe(
      this.members.some((backend) => admits(backend, this.now)),
    );
    expect(this.#pool.isMerelyBusy(exchange)).toBe(
      this.members.some(({ standing }) => standing === 'saturated'),
    );
    expect(this.#pool.rotation.offered).toBe(this.members.filter(({ isDraining }) => !isDraining).length);
  }
}

test('whatever happened, the index says what looking at each backend would say', () => {
  fc.assert(
    fc.property(fc.constantFrom(...BALANCES), steps, fc.nat(), (balance, given, seed) => {
      const model = new Model(balance, seed);
      for (let i = 0; i < 4; i += 1) model.play({ kind: 'join', which: i, end: SUCCEEDED, passedMs: 0 });
      for (const step of given) {
        model.play(step);
        model.check();
      }
    }),
    { numRuns: 200 },
  );
});
