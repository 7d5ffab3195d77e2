import type { Method, Route } from './routes.ts';
import type { Result } from './traffic.ts';

/** All results that look alike to a client. */
export interface Group {
  readonly gateway: string;
  readonly route: Route;
  readonly method: Method;
  readonly outcome: Outcome;
  readonly latencies: number[];
  readonly attempts: Set<number>;
}

export type Outcome =
  | { readonly kind: 'succeeded'; readonly status: number; readonly rescued: boolean }
  | { readonly kind: 'failed'; readonly status: number; readonly cause: string | undefined }
  | { readonly kind: 'unanswered'; readonly reason: string };

/** Counts results by gateway, route, method and outcome. */
export class Tally {
  readonly #groups = new Map<string, Group>();

  add(result: Result): void {
    const group = this.#groupFor(result);
    if (result.answer instanceof Error) return void group.latencies.push(Number.NaN);
    group.latencies.push(result.answer.ms);
    // The header is left out of an ordinary success, which took one attempt.
    group.attempts.add(result.answer.attempts ?? 1);
  }

  groups(): readonly Group[] {
    return [...this.#groups.values()];
  }

  count(matches: (outcome: Outcome) => boolean = () => true): number {
    return this.groups()
      .filter(({ outcome }) => matches(outcome))
      .reduce((sum, { latencies }) => sum + latencies.length, 0);
  }

  #groupFor(result: Result): Group {
    const { gateway, route, method } = result;
    const outcome = outcomeOf(result.answer);
    const key = [gateway, route.path, method, describeOutcome(outcome)].join(' ');
    const known = this.#groups.get(key);
    if (known) return known;
    const group: Group = { gateway, route, method, outcome, latencies: [], attempts: new Set() };
    this.#groups.set(key, group);
    return group;
  }
}

export function outcomeOf(answer: Result['answer']): Outcome {
  if (answer instanceof Error) return { kind: 'unanswered', reason: answer.message };
  const { status, cause, attempts = 1 } = answer;
  if (status >= 200 && status < 300) return { kind: 'succeeded', status, rescued: attempts > 1 };
  return { kind: 'failed', status, cause };
}

export function describeOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'succeeded':
      return outcome.rescued ? `${outcome.status}, rescued` : `${outcome.status}`;
    case 'failed':
      return `${outcome.status} ${outcome.cause ?? '(no cause)'}`;
    case 'unanswered':
      return `no answer: ${outcome.reason}`;
  }
}
