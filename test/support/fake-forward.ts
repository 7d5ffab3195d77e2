import type { ClientExchange } from '../../src/engine/exchange.ts';
import type { Exchange, Forward, Outcome } from '../../src/engine/types.ts';
import { addAttempt, fakeTarget } from './fake-exchange.ts';

export type Step = Outcome | ((exchange: Exchange) => Outcome | Promise<Outcome>);

export interface ScriptedForward {
  readonly forward: Forward;
  readonly calls: Exchange[];
}

/** Plays outcomes in order; one call too many is an error of the test. */
export function scripted(...steps: readonly Step[]): ScriptedForward {
  const calls: Exchange[] = [];
  const forward: Forward = async (exchange) => {
    calls.push(exchange);
    const step = steps[calls.length - 1];
    if (step === undefined) throw new Error(`forward was called ${calls.length} times`);
    return typeof step === 'function' ? step(exchange) : step;
  };
  return { forward, calls };
}

/** As `select` does: an attempt goes on record, a held response is let go, and then `outcome` comes of it. */
export function goesOut(outcome: Outcome, backend = 'a'): Step {
  return (exchange) => {
    const attempt = addAttempt(exchange as ClientExchange, { target: fakeTarget(backend) });
    exchange.held?.discard();
    exchange.held = undefined;
    if (outcome.kind === 'failed') Object.assign(attempt, { cause: outcome.cause, reached: outcome.reached });
    return outcome;
  };
}
