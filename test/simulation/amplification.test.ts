import { expect, test } from 'vitest';
import type { Backend } from '../../src/backends/backend.ts';
import type { Random } from '../../src/engine/clock.ts';
import type { CauseCode, Forward, Outcome } from '../../src/engine/types.ts';
import { failed } from '../../src/failure/failed.ts';
import { RetryBudget } from '../../src/layers/retry/budget.ts';
import { troubleIn } from '../../src/layers/retry/trouble.ts';
import { DEFAULTS } from '../../src/options.ts';
import { fakeBackend } from '../support/fake-backend.ts';
import { FakeClock, flush } from '../support/fake-clock.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import { seededRandom } from '../support/fake-random.ts';
import { FakeResponded } from '../support/fake-outcome.ts';
import { fakeStack } from '../support/fake-stack.ts';

const PER_SECOND = 100;
const WARM_UP_S = 10;
const TROUBLE_S = 30;
const BACKENDS = 3;
const RETRIES = DEFAULTS.retry.retries;

type Fault = CauseCode | 503;
type Policy = 'no retries' | 'naive retries' | 'budget alone' | 'all defaults';
const POLICIES: readonly Policy[] = ['no retries', 'naive retries', 'budget alone', 'all defaults'];

interface Tally {
  requests: number;
  attempts: number;
  errors: number;
}

/** Three backends behind a policy; some of them begin to fail when the warm-up is over. */
class World {
  readonly clock = new FakeClock(0);
  readonly tally: Tally = { requests: 0, attempts: 0, errors: 0 };
  readonly #random: Random = seededRandom(4);
  readonly #backends: readonly Backend[];
  readonly #forward: Forward;
  readonly #retry: false | object;
  #failing = 0;
  #fault: Fault = 503;
  #counting = false;

  constructor(policy: Policy) {
    const [first, ...others] = Array.from({ length: BACKENDS }, (_, index) =>
      fakeBackend(`b${index}`, {
        now: 0,
        breaker: policy === 'all defaults' ? {} : false,
      }),
    );
    if (!first) throw new Error('no backend');
    this.#backends = [first, ...others];
    const stack = fakeStack(
      {
        backends: [first, ...others],
        clock: this.clock,
        random: this.#random,
        budget: new RetryBudget(DEFAULTS.budget),
      },
      (exchange) => this.#hop(this.#backends.findIndex(({ target }) => target === exchange.attempt?.target)),
    );
    this.#forward = policy === 'naive retries' ? () => this.#naively() : stack;
    this.#retry = policy === 'no retries' ? false : {};
  }

  async run(failing: number, fault: Fault): Promise<Tally> {
    await this.#pass(WARM_UP_S);
    this.#failing = failing;
    this.#fault = fault;
    this.#counting = true;
    await this.#pass(TROUBLE_S);
    return this.tally;
  }

  async #pass(seconds: number): Promise<void> {
    for (let i = 0; i < seconds * PER_SECOND; i += 1) {
      this.clock.advance(1_000 / PER_SECOND);
      void this.#request();
      await flush();
    }
  }

  async #request(): Promise<void> {
    const counting = this.#counting;
    if (counting) this.tally.requests += 1;
    const exchange = fakeExchange({ startedAt: this.clock.now(), settings: { retry: this.#retry } });
    const outcome = await this.#forward(exchange);
    if (counting && troubleIn(outcome)) this.tally.errors += 1;
    if (outcome.kind === 'responded') (outcome as FakeResponded).end();
  }

  /** Five milliseconds, and then an answer or the fault. */
  #hop(index: number): Promise<Outcome> {
    if (this.#counting) this.tally.attempts += 1;
    const isDown = index < this.#failing;
    return new Promise((resolve) => {
      this.clock.after(5, () => resolve(isDown ? this.#failure() : new FakeResponded()));
    });
  }

  #failure(): Outcome {
    return this.#fault === 503 ? new FakeResponded(503) : failed(this.#fault);
  }

  /** What is often written by hand: at once, anywhere, as often as it is told to. */
  async #naively(): Promise<Outcome> {
    let outcome: Outcome = failed('gateway_error');
    for (let i = 0; i <= RETRIES; i += 1) {
      outcome = await this.#hop(Math.floor(this.#random() * BACKENDS));
      if (!troubleIn(outcome)) break;
    }
    return outcome;
  }
}

function nameOf(failing: number, fault: Fault): string {
  return `${failing} of ${BACKENDS}: ${fault}`;
}

interface Row {
  readonly trouble: string;
  readonly policy: Policy;
  readonly tally: Tally;
}

function printed(rows: readonly Row[]): string {
  const lines = rows.map(({ trouble, policy, tally: { requests, attempts, errors } }) =>
    [
      trouble.padEnd(34),
      policy.padEnd(14),
      String(requests).padStart(8),
      String(attempts).padStart(8),
      (attempts / requests).toFixed(2).padStart(8),
      `${((100 * errors) / requests).toFixed(2)} %`.padStart(9),
    ].join(' '),
  );
  const head = `${'trouble'.padEnd(34)} ${'policy'.padEnd(14)} requests attempts per req.    errors`;
  return [head, ...lines].join('\n');
}

const TROUBLES: readonly [failing: number, fault: Fault][] = [
  [BACKENDS, 'closed_before_response'],
  [BACKENDS, 503],
  [BACKENDS, 'connection_refused'],
  [1, 'closed_before_response'],
  [1, 503],
  [1, 'connection_refused'],
];

test('retries do not amplify an outage, and one bad backend of three is not seen', async () => {
  const rows: Row[] = [];
  for (const [failing, fault] of TROUBLES) {
    for (const policy of POLICIES) {
      const tally = await new World(policy).run(failing, fault);
      rows.push({ trouble: nameOf(failing, fault), policy, tally });
    }
  }
  console.log(printed(rows));

  const of = (failing: number, fault: Fault, policy: Policy): Tally => {
    const row = rows.find((one) => one.trouble === nameOf(failing, fault) && one.policy === policy);
    if (!row) throw new Error('no such row');
    return row.tally;
  };
  const { ratio, minPerSecond, windowMs } = DEFAULTS.budget;
  // The first window reaches back before the trouble.
  const floor = minPerSecond * (TROUBLE_S + windowMs / 1_000);
  for (const fault of ['closed_before_response', 503] as const) {
    const naive = of(BACKENDS, fault, 'naive retries');
    expect(naive.attempts / naive.requests).toBeCloseTo(1 + RETRIES, 1);
    for (const policy of ['budget alone', 'all defaults'] as const) {
      const { requests, attempts } = of(BACKENDS, fault, policy);
      expect(attempts).toBeLessThanOrEqual(requests * (1 + ratio) + floor);
    }
  }
  for (const fault of ['closed_before_response', 503, 'connection_refused'] as const) {
    expect(of(1, fault, 'all defaults').errors).toBe(0);
    expect(of(1, fault, 'naive retries').errors).toBeGreaterThan(0);
  }
});
