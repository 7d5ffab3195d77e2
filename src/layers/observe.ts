import type { Exchange, Layer, Outcome } from '../engine/types.ts';

/** Told of each exchange that is over, and of each attempt. Injected: insight is fed, it does not steer. */
export interface Observer {
  /** Whether anybody wants to know; asked before anything is built. */
  readonly watchesExchanges: () => boolean;
  readonly watchesAttempts: () => boolean;
  readonly exchangeEnded: (exchange: Exchange, outcome: Outcome, bytes: number) => void;
  readonly attemptEnded: (exchange: Exchange, number: number) => void;
}

/** Outermost: counts once, also what is refused below. */
export function observeExchanges(observer: Observer): Layer {
  return (next) => (exchange) => {
    if (!observer.watchesExchanges()) return next(exchange);
    return next(exchange).then((outcome) =>
      whenEnded(outcome, (bytes) => observer.exchangeEnded(exchange, outcome, bytes)),
    );
  };
}

/** Beneath `select`: knows the backend. */
export function observeAttempts(observer: Observer): Layer {
  return (next) => (exchange) => {
    const number = exchange.attempt?.number;
    if (number === undefined || !observer.watchesAttempts()) return next(exchange);
    const report = (): void => observer.attemptEnded(exchange, number);
    return next(exchange).then(
      (outcome) => whenEnded(outcome, report),
      (error: unknown) => {
        // A function of the user's threw: an attempt it was all the same.
        report();
        throw error;
      },
    );
  };
}

function whenEnded(outcome: Outcome, report: (bytes: number) => void): Outcome {
  if (outcome.kind === 'failed') report(0);
  else outcome.onEnded(({ bytes }) => report(bytes));
  return outcome;
}
