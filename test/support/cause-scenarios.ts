import type { CauseCode, Reached } from 'causeway-proxy';
import type { notFromABackend } from 'causeway-proxy/testing';
import type { Lane } from './cause-lanes.ts';
import { clientScenarios } from './cause-scenarios-client.ts';
import { gatewayScenarios } from './cause-scenarios-gateway.ts';
import type { Observation } from './live-observation.ts';

/** How a cause comes about that no backend can bring about. */
export interface Scenario {
  /** What happens, in a few words. */
  readonly what: string;
  readonly run: (lane: Lane) => Promise<Observation>;
  /** Where it is not as the table says. */
  readonly expected?: { readonly status?: number; readonly reached?: Reached };
  /** Nobody is left to answer: the event alone tells. */
  readonly unanswered?: true;
}

export type Scenarios = Partial<Record<CauseCode, readonly Scenario[]>>;

/** One that is missing does not compile. */
export const SCENARIOS = { ...gatewayScenarios, ...clientScenarios } satisfies Record<
  keyof typeof notFromABackend,
  readonly Scenario[]
>;
