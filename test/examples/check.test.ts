import { describe, expect, it } from 'vitest';
import { findProblems } from '../../examples/demo/check.ts';
import { type Route, ROUTES } from '../../examples/demo/routes.ts';
import type { Group, Outcome } from '../../examples/demo/tally.ts';

const GATEWAY = 'Express';

describe('the check of the demo', () => {
  it('finds nothing wrong with successes, and failures that have a cause', () => {
    const groups = ROUTES.map((route) => group(route, route.canSucceed ? success : failure('circuit_open')));
    expect(findProblems(groups, [GATEWAY])).toEqual([]);
  });

  it.each<[string, Outcome, string]>([
    ['/api', failure('connection_refused'), 'these requests could have succeeded'],
    ['/broken', failure(undefined), 'a failure without a cause'],
    ['/broken', failure('invented'), 'an unknown cause'],
    ['/broken', { kind: 'unanswered', reason: 'socket hang up' }, 'every request must be answered'],
  ])('complains about %s: %j', (path, outcome, complaint) => {
    const [problem] = findProblems([group(routeAt(path), outcome)], []);
    expect(problem).toContain(`${GATEWAY}, GET ${path}: 1 x `);
    expect(problem).toContain(complaint);
  });

  it('complains about a route without traffic', () => {
    expect(findProblems([], [GATEWAY])).toHaveLength(ROUTES.length);
  });
});

const success: Outcome = { kind: 'succeeded', status: 200, rescued: false };

function failure(cause: string | undefined): Outcome {
  return { kind: 'failed', status: 502, cause };
}

function group(route: Route, outcome: Outcome): Group {
  return { gateway: GATEWAY, route, method: 'GET', outcome, latencies: [1], attempts: new Set([1]) };
}

function routeAt(path: string): Route {
  const route = ROUTES.find((candidate) => candidate.path === path);
  if (!route) throw new Error(`no route ${path}`);
  return route;
}
