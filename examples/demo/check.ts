import { causes } from 'causeway-proxy';
import { ROUTES } from './routes.ts';
import { describeOutcome, type Group } from './tally.ts';

/** What contradicts the promises of the product; empty when all is well. */
export function findProblems(groups: readonly Group[], gateways: readonly string[]): string[] {
  return [...groups.flatMap(problemWith), ...gateways.flatMap((gateway) => unvisited(groups, gateway))];
}

function problemWith(group: Group): string[] {
  const { outcome, route } = group;
  if (outcome.kind === 'unanswered') return [`${describe(group)}: every request must be answered`];
  if (outcome.kind === 'succeeded') return [];
  if (route.canSucceed) return [`${describe(group)}: these requests could have succeeded`];
  if (!outcome.cause) return [`${describe(group)}: a failure without a cause`];
  return Object.hasOwn(causes, outcome.cause) ? [] : [`${describe(group)}: an unknown cause`];
}

function describe({ gateway, method, route, outcome, latencies }: Group): string {
  return `${gateway}, ${method} ${route.path}: ${latencies.length} x ${describeOutcome(outcome)}`;
}

/** Traffic that never reached a route would prove nothing. */
function unvisited(groups: readonly Group[], gateway: string): string[] {
  const visited = new Set(groups.filter((group) => group.gateway === gateway).map(({ route }) => route));
  return ROUTES.filter((route) => !visited.has(route)).map(({ path }) => `${gateway}, ${path}: no request`);
}
