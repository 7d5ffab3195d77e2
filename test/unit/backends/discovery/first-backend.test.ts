import { expect, test } from 'vitest';
import { FirstBackend } from '../../../../src/backends/discovery/first-backend.ts';
import type { ClientExchange } from '../../../../src/engine/exchange.ts';
import type { Outcome } from '../../../../src/engine/types.ts';
import { failed } from '../../../../src/failure/failed.ts';
import { FakeClock, flush } from '../../../support/fake-clock.ts';
import { fakeExchange } from '../../../support/fake-exchange.ts';
import { FakeResponded } from '../../../support/fake-outcome.ts';

class Fixture {
  readonly clock = new FakeClock();
  readonly forwarded: ClientExchange[] = [];
  readonly outcomes: (Outcome | Error)[] = [];
  hasBackends = false;
  throws = false;
  readonly first = new FirstBackend({
    clock: this.clock,
    waitMs: 5_000,
    size: 3,
    hasBackends: () => this.hasBackends,
    describe: () => 'So far: nothing.',
  });
  readonly #forward = this.first.layer((exchange) => {
    if (this.throws) throw new Error('below');
    this.forwarded.push(exchange as ClientExchange);
    return Promise.resolve(new FakeResponded());
  });

  async send(exchange = fakeExchange()): Promise<ClientExchange> {
    this.#forward(exchange).then(
      (outcome) => this.outcomes.push(outcome),
      (error: unknown) => this.outcomes.push(error as Error),
    );
    await flush();
    return exchange;
  }

  get causes(): unknown[] {
    return this.outcomes.map((outcome) => (outcome as { cause?: unknown }).cause ?? 'none');
  }
}

test('a request waits for the first backend, and then goes on', async () => {
  const fixture = new Fixture();
  const exchange = await fixture.send();
  fixture.clock.advance(4_999);
  fixture.first.look();
  await flush();
  expect(fixture.forwarded).toEqual([]);
  fixture.hasBackends = true;
  fixture.first.look();
  await flush();
  expect(fixture.forwarded).toEqual([exchange]);
  expect([exchange.waiting, fixture.clock.pending]).toEqual([undefined, 0]);
});

test('when there is one already, nothing waits', async () => {
  const fixture = new Fixture();
  fixture.hasBackends = true;
  await fixture.send();
  expect(fixture.forwarded).toHaveLength(1);
  expect(fixture.clock.pending).toBe(0);
});

test('once there was one, the rest is none of its business', async () => {
  const fixture = new Fixture();
  fixture.hasBackends = true;
  fixture.first.look();
  fixture.hasBackends = false;
  await fixture.send();
  expect(fixture.forwarded).toHaveLength(1);
});

test('too late: all that wait are refused, and those that follow at once', async () => {
  const fixture = new Fixture();
  await fixture.send();
  fixture.clock.advance(5_000);
  await flush();
  await fixture.send();
  expect(fixture.causes).toEqual(['no_backend_configured', 'no_backend_configured']);
  expect(fixture.outcomes[0]).toMatchObject({
    detail: 'So far: nothing.',
    retryAfterMs: 1_000,
    reached: 'no',
  });
});

test('and one that comes after all is used', async () => {
  const fixture = new Fixture();
  fixture.clock.advance(5_000);
  fixture.hasBackends = true;
  await fixture.send();
  expect(fixture.forwarded).toHaveLength(1);
});

test('a client that leaves, or a deadline, ends the wait', async () => {
  const fixture = new Fixture();
  const exchange = await fixture.send();
  exchange.cancel(failed('client_aborted'));
  await flush();
  fixture.hasBackends = true;
  fixture.first.look();
  await flush();
  expect([fixture.causes, fixture.forwarded]).toEqual([['client_aborted'], []]);
  const gone = fakeExchange();
  const other = new Fixture();
  gone.cancel(failed('deadline_exceeded'));
  await other.send(gone);
  expect(other.causes).toEqual(['deadline_exceeded']);
});

test('no more than the queue has places wait', async () => {
  const fixture = new Fixture();
  for (let i = 0; i < 4; i += 1) await fixture.send();
  expect(fixture.causes).toEqual(['pool_saturated']);
});

test('what is thrown below hits that request alone', async () => {
  const fixture = new Fixture();
  await fixture.send();
  await fixture.send();
  fixture.throws = true;
  fixture.hasBackends = true;
  fixture.first.look();
  await flush();
  expect(fixture.outcomes.map(String)).toEqual(['Error: below', 'Error: below']);
});

test('closed, nobody waits any more', async () => {
  const fixture = new Fixture();
  await fixture.send();
  fixture.first.close();
  await fixture.send();
  expect([fixture.causes[0], fixture.causes.length, fixture.clock.pending]).toEqual([
    'no_healthy_backend',
    2,
    0,
  ]);
});
