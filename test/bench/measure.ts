import { receive, sendTo, startChild, stopChild, type Child } from './child.ts';
import { programOf, type Contestant } from './contestant-list.ts';
import { failureCount, formatFailures } from './failures.ts';
import type { LoadFailures, LoadResult, Usage } from './messages.ts';
import type { BenchOptions } from './options.ts';
import { REQUEST_HEADERS, REQUEST_PATH, RESPONSE_BODY } from './traffic.ts';

const START_LIMIT_MS = 20_000;
const ANSWER_LIMIT_MS = 5_000;
// On top of the seconds asked for.
const LOAD_EXTRA_LIMIT_MS = 10_000;

export interface ServerChild {
  child: Child;
  url: string;
}

/** One contestant in one round. */
export interface Sample {
  cpuMicrosecondsPerRequest: number;
  /** Share of the window in which the proxy was on a CPU; above 1 when several threads were. */
  cpuShare: number;
  requestsPerSecond: number;
  latencyP50Ms: number;
  latencyP99Ms: number;
  maxRssBytes: number;
  requests: number;
  failures: LoadFailures;
}

export async function startServer(name: string, program: URL, backendUrl = ''): Promise<ServerChild> {
  const child = startChild(name, program, [backendUrl]);
  const { port } = await receive(child, 'listening', START_LIMIT_MS);
  return { child, url: `http://127.0.0.1:${port}` };
}

export async function startLoadGenerator(): Promise<Child> {
  const child = startChild('load generator', new URL('./load.ts', import.meta.url), []);
  await receive(child, 'ready', START_LIMIT_MS);
  return child;
}

/** A fresh process each time, so that rounds are independent and memory peaks compare. */
export async function measureContestant(
  contestant: Contestant,
  backendUrl: string,
  load: Child,
  options: BenchOptions,
): Promise<Sample> {
  const server = await startServer(contestant.name, programOf(contestant), backendUrl);
  try {
    await checkAnswer(server);
    await warmUp(load, server, options);
    const before = await usageOf(server.child);
    const result = await runLoad(load, server, options.seconds, options.connections);
    const after = await usageOf(server.child);
    return sampleOf(before, after, result);
  } finally {
    await stopChild(server.child);
  }
}

/** A wrong answer would be fast to give: see the right one before measuring. */
async function checkAnswer({ child, url }: ServerChild): Promise<void> {
  const answer = await fetchAnswer(url).catch((error: unknown) => {
    throw new Error(`${child.name}: gave no answer (${String(error)})`, { cause: error });
  });
  if (answer.status !== 200 || answer.body !== RESPONSE_BODY) {
    const start = JSON.stringify(answer.body.slice(0, 200));
    throw new Error(`${child.name}: answered ${answer.status} with ${start}`);
  }
}

async function fetchAnswer(url: string): Promise<{ status: number; body: string }> {
  const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
  const response = await fetch(url + REQUEST_PATH, { headers: REQUEST_HEADERS, signal });
  return { status: response.status, body: await response.text() };
}

export async function runLoad(
  load: Child,
  server: ServerChild,
  seconds: number,
  connections: number,
): Promise<LoadResult> {
  sendTo(load, { kind: 'load', url: server.url + REQUEST_PATH, seconds, connections });
  return receive(load, 'load-result', seconds * 1_000 + LOAD_EXTRA_LIMIT_MS);
}

/** Throws on failures, since what follows would not measure a healthy server. */
export async function warmUp(
  load: Child,
  server: ServerChild,
  { warmupSeconds, connections }: BenchOptions,
): Promise<void> {
  if (warmupSeconds === 0) return;
  const { failures } = await runLoad(load, server, warmupSeconds, connections);
  if (failureCount(failures) > 0) {
    throw new Error(`${server.child.name}: failed while warming up: ${formatFailures(failures)}`);
  }
}

async function usageOf(child: Child): Promise<Usage> {
  sendTo(child, { kind: 'usage' });
  return receive(child, 'usage', ANSWER_LIMIT_MS);
}

function sampleOf(before: Usage, after: Usage, result: LoadResult): Sample {
  const cpuMicroseconds = after.cpuMicroseconds - before.cpuMicroseconds;
  return {
    cpuMicrosecondsPerRequest: cpuMicroseconds / result.requests,
    cpuShare: cpuMicroseconds / 1_000 / result.durationMs,
    requestsPerSecond: (result.requests * 1_000) / result.durationMs,
    latencyP50Ms: result.latencyP50Ms,
    latencyP99Ms: result.latencyP99Ms,
    maxRssBytes: after.maxRssBytes,
    requests: result.requests,
    failures: result.failures,
  };
}
