import autocannon, { type Result } from 'autocannon';
import { attachToParent, send } from './child-runtime.ts';
import type { LoadFailures, RunLoad } from './messages.ts';
import { percentile } from './statistics.ts';
import { REQUEST_HEADERS, RESPONSE_BODY } from './traffic.ts';

// autocannon only notices at a sample's end that its time is over.
const SAMPLE_INTERVAL_MS = 100;
// Far above any latency of a working proxy, and short enough to fire within the window.
const REQUEST_TIMEOUT_SECONDS = 1;

async function runLoad(order: RunLoad): Promise<void> {
  // autocannon's own histogram keeps whole milliseconds: too coarse here.
  const latenciesMs: number[] = [];
  const startedAtMs = performance.now();
  const run = autocannon({
    url: order.url,
    connections: order.connections,
    duration: order.seconds,
    timeout: REQUEST_TIMEOUT_SECONDS,
    sampleInt: SAMPLE_INTERVAL_MS,
    headers: REQUEST_HEADERS,
    expectBody: RESPONSE_BODY,
  });
  run.on('response', (_client, _statusCode, _bytes, durationMs) => latenciesMs.push(durationMs));
  const result = await run;
  report(result, order, performance.now() - startedAtMs, latenciesMs);
}

function report(result: Result, order: RunLoad, durationMs: number, latenciesMs: number[]): void {
  const sorted = Float64Array.from(latenciesMs).sort();
  send({
    kind: 'load-result',
    requests: result.requests.total,
    durationMs,
    latencyP50Ms: percentile(sorted, 50),
    latencyP99Ms: percentile(sorted, 99),
    failures: failuresOf(result, order.connections),
  });
}

function failuresOf(result: Result, connections: number): LoadFailures {
  const { errors, non2xx, mismatches, requests } = result;
  // At the end each connection still has one request out. Any other that is missing went down with a
  // closed connection, which autocannon replaces without counting an error.
  const lost = Math.max(0, requests.sent - requests.total - connections - errors);
  return { errors, non2xx, mismatches, lost };
}

attachToParent((message) => {
  if (message.kind === 'load') void runLoad(message);
});
send({ kind: 'ready' });
