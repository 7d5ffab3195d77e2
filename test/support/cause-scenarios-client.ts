import { request as httpRequest } from 'node:http';
import type { GatewayOptions } from 'causeway-proxy';
import type { Lane } from './cause-lanes.ts';
import type { Scenarios } from './cause-scenarios.ts';
import { startBackend } from './live-backend.ts';
import { open, readResponse, responseOf, type Sent, send, type SendOptions } from './live-client.ts';
import { NOTHING } from './live-fault-request.ts';
import { until } from './live-measure.ts';
import type { Observation } from './live-observation.ts';
import { startWatched } from './live-watched.ts';

/** What clients do wrong. */
export const clientScenarios = {
  request_rejected: [
    { what: 'two Host headers', run: sending({ headers: ['Host', 'a', 'Host', 'b'] }) },
    {
      what: 'an unknown transfer coding',
      run: sending({ method: 'POST', body: 'x', headers: { 'transfer-encoding': 'gzip, chunked' } }),
    },
    { what: 'a target that is no path', run: sendFtpTarget },
    {
      what: 'a body over limits.requestBytes',
      run: sending({ method: 'POST', body: 'xx' }, { limits: { requestBytes: 1 } }),
      expected: { status: 413 },
    },
  ],
  request_body_timeout: [
    { what: 'a body that stops in the middle', run: stopSending, expected: { reached: 'maybe' } },
  ],
  client_aborted: [
    { what: 'the client leaves while it waits', run: leave, unanswered: true },
    { what: 'the client leaves in the middle of its body', run: leaveUpload, unanswered: true },
  ],
} as const satisfies Scenarios;

/** In front of a backend that would answer. */
function sending(request: SendOptions, options: Partial<GatewayOptions> = {}) {
  return async (lane: Lane): Promise<Observation> => {
    const backend = await startBackend((_request, response) => response.end('ok'));
    const { url, watch } = await startWatched(lane, { backends: [backend.url], ...options });
    return watch.last(await send(url, request));
  };
}

async function sendFtpTarget(lane: Lane): Promise<Observation> {
  const { port, watch } = await startWatched(lane, { backends: ['http://127.0.0.1:9'] });
  const request = httpRequest({ host: '127.0.0.1', port, path: 'ftp://a/', agent: false }).end();
  return watch.last(await wholeOf(responseOf(request)));
}

async function stopSending(lane: Lane): Promise<Observation> {
  const { url, watch } = await startWatched(lane, {
    backends: [(await startSilent()).url],
    timeouts: { requestBodyMs: 100 },
  });
  const request = open(url, { method: 'POST', headers: { 'content-length': 1_000 } });
  request.write('only this');
  return watch.last(await wholeOf(responseOf(request)));
}

async function leave(lane: Lane): Promise<Observation> {
  return leaveWith(lane, '');
}

async function leaveUpload(lane: Lane): Promise<Observation> {
  return leaveWith(lane, 'only this');
}

async function leaveWith(lane: Lane, part: string): Promise<Observation> {
  const backend = await startSilent();
  const { url, watch } = await startWatched(lane, { backends: [backend.url] });
  const request = open(url, { method: 'POST', headers: { 'content-length': part === '' ? 0 : 1_000 } });
  if (part === '') request.end();
  else request.write(part);
  await until('the request', () => backend.requests.length === 1);
  request.destroy();
  return watch.last(NOTHING);
}

/** Reads, and does not answer. */
function startSilent() {
  return startBackend((request) => void request.resume());
}

async function wholeOf(answer: ReturnType<typeof responseOf>): Promise<Sent> {
  const response = await answer;
  const { statusCode: status = 0, headers, rawHeaders } = response;
  return { ...NOTHING, status, headers, rawHeaders, ...(await readResponse(response)) };
}
