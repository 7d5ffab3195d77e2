import { Agent, createServer } from 'node:http';
import { createGateway, type Gateway, type Logger } from 'causeway-proxy';
import { type Fault, type FaultyBackend, startFaultyBackend } from 'causeway-proxy/testing';
import { eventually } from '../hostile/eventually.ts';
import { listenOn, type PlainServer } from '../hostile/plain-server.ts';
import { type Adapter, ADAPTERS, appOf } from '../support/live-app.ts';
import { type Processed, startHealthy } from './healthy-backend.ts';
import type { Phase, PhaseContext, PhaseResult } from './phase.ts';
import { planOf, play } from './rude-client.ts';

const CASES = 5_000;
const CONCURRENCY = 48;
const HEALTHY = 3;

/** Backends that fail, each in its own way, beside the healthy ones. */
const FAULTS: readonly Fault[] = [
  'connection_refused',
  'closed_before_response',
  'closed_before_response/reset',
  'request_write_failed',
  'first_byte_timeout',
  'response_not_http',
  'response_header_invalid',
  'response_framing_ambiguous',
  'response_coding_error',
  'response_truncated',
  'body_idle_timeout',
  'backend_status',
  'plaintext_on_tls_port',
];

/** Everything at once: good and bad backends, clients that leave or do not read, and retries between them. */
export const MIXED_FAULTS: readonly Phase[] = ADAPTERS.map((adapter) => ({
  name: `mixed faults, ${adapter}`,
  run: (context) => run(adapter, context),
}));

async function run(adapter: Adapter, { seed, endsAt }: PhaseContext): Promise<PhaseResult> {
  const random = seeded(seed);
  const processed: Processed = new Map();
  const healthy = await Promise.all(Array.from({ length: HEALTHY }, () => startHealthy(processed, random)));
  const faulty = await Promise.all(FAULTS.map((fault) => startFaultyBackend(fault)));
  const violations: string[] = [];
  const causes = new Map<string, string | undefined>();
  const gateway = makeGateway(healthy, faulty, violations);
  gateway.on('exchange', ({ requestId, cause }) => void causes.set(requestId, cause));
  const { handler } = appOf(adapter, gateway);
  const front = await listenOn(createServer((request, response) => void handler(request, response)));
  const { cases, outcomes, broken } = await crowd(front.port, random, endsAt, violations);
  for (const [id, times] of processed) {
    if (times > 1) violations.push(`POST ${id} was processed ${times} times`);
  }
  await gateway.close({ timeoutMs: 5_000 });
  for (const id of broken) {
    if (causes.get(id) === undefined) violations.push(`${id} was broken off without a cause`);
  }
  if (!(await eventually(() => healthy.every(({ sockets }) => sockets.size === 0)))) {
    violations.push('connections to backends are left after the gateway was closed');
  }
  for (const server of [front, ...healthy, ...faulty]) await server.close();
  return { cases, of: CASES, outcomes, known: new Map(), violations };
}

function makeGateway(
  healthy: readonly PlainServer[],
  faulty: readonly FaultyBackend[],
  violations: string[],
): Gateway {
  const note = (details: object, message: string): void => {
    const { err } = details as { err?: unknown };
    violations.push(`logged "${message}": ${err instanceof Error ? err.stack : JSON.stringify(details)}`);
  };
  const logger: Logger = { warn: note, error: note };
  return createGateway({
    backends: [
      ...healthy.map(({ port }, index) => ({ url: `http://127.0.0.1:${port}`, name: `healthy-${index}` })),
      ...faulty.map(({ options }, index) => ({ ...options.backends[0], name: `${FAULTS[index]}` })),
    ],
    balance: 'round-robin',
    breaker: { openMs: 20, maxOpenMs: 200 },
    timeouts: { firstByteMs: 500, idleMs: 500, requestBodyMs: 5_000, deadlineMs: 10_000 },
    logger,
  });
}

interface Crowd {
  readonly cases: number;
  readonly outcomes: ReadonlyMap<string, number>;
  /** Requests whose response broke off. */
  readonly broken: readonly string[];
}

async function crowd(
  port: number,
  random: () => number,
  endsAt: number,
  violations: string[],
): Promise<Crowd> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  const outcomes = new Map<string, number>();
  const broken: string[] = [];
  let cases = 0;
  const work = async (): Promise<void> => {
    while (cases < CASES && performance.now() < endsAt) {
      cases += 1;
      const plan = planOf(`case-${cases}`, random);
      const { outcome, violation } = await play(plan, port, agent);
      if (outcome === 'broken') broken.push(plan.id);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (violation !== undefined) violations.push(violation);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  agent.destroy();
  return { cases, outcomes, broken };
}

/** Mulberry32: short, and the same again for the same seed. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
