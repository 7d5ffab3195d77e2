import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GatewayOptions } from 'causeway-proxy';
import { createProxyMiddleware } from 'causeway-proxy/express';
import express, { type NextFunction, type Request, type Response } from 'express';
import { onTestFinished } from 'vitest';
import { type Lane, laneOptions } from './cause-lanes.ts';
import type { Scenarios } from './cause-scenarios.ts';
import { startBackend } from './live-backend.ts';
import { type SendOptions, send } from './live-client.ts';
import { makeGateway, serve } from './live-gateway.ts';
import { until } from './live-measure.ts';
import { type Observation, Watch } from './live-observation.ts';
import { startCrippled, startFault, startWatched } from './live-watched.ts';

const EMPTY_NAME = { url: 'http://api.test', discover: 'dns' } as const;
const NOTHING_FOUND = {
  resolver: { resolve4: () => Promise.resolve([]), resolve6: () => Promise.resolve([]) },
  discovery: { waitMs: 10 },
};

/** What lies in the gateway, its options, its app or its machine. */
export const gatewayScenarios = {
  destination_prohibited: [
    { what: 'a Unix socket in a folder that the user may not enter', run: connectWhereForbidden },
    {
      what: 'an address that `destinations` does not allow',
      run: sending({}, { backends: ['http://127.0.0.1:9'], destinations: {} }),
    },
  ],
  circuit_open: [{ what: 'one failure, where one opens the breaker', run: openCircuit }],
  no_healthy_backend: [{ what: 'a request to a gateway that closes', run: sendToClosing }],
  pool_saturated: [{ what: 'two requests, where one is the limit', run: saturate }],
  local_resources: [{ what: 'a process without a file left', run: connectWithoutFiles }],
  no_backend_configured: [
    { what: 'discovery has found none yet', run: sending({}, { backends: [EMPTY_NAME], ...NOTHING_FOUND }) },
  ],
  loop_detected: [
    { what: "the gateway's own name in Via", run: sending({ headers: { via: '1.1 causeway' } }) },
  ],
  configuration_error: [
    { what: 'headers.trust throws', run: misconfigured({ headers: { trust: boom } }) },
    {
      what: 'retry.when throws',
      run: misconfigured({ retry: { when: boom } }),
      expected: { reached: 'yes' },
    },
  ],
  request_body_consumed: [{ what: 'a middleware in front has read the body', run: consumeBody }],
  gateway_error: [
    {
      what: 'the injected random throws',
      run: misconfigured({ random: boom }),
      expected: { reached: 'maybe' },
    },
  ],
} as const satisfies Scenarios;

function boom(): never {
  throw new Error('thrown on purpose');
}

async function connectWhereForbidden(lane: Lane): Promise<Observation> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  // The system administrator may enter everything: the process lets go of that right.
  chmodSync(folder, process.getuid?.() === 0 ? 0o700 : 0o000);
  const backends = [{ url: 'http://backend.test', socketPath: join(folder, 'backend.sock') }];
  const { url, watch } = await startCrippled(lane, 'user', { backends, errors: { disclose: 'trusted' } });
  return watch.last(await send(url));
}

async function connectWithoutFiles(lane: Lane): Promise<Observation> {
  const backend = await startBackend((_request, response) => response.end('ok'));
  const options = { backends: [backend.url], errors: { disclose: 'trusted' } } as const;
  const { url, watch } = await startCrippled(lane, 'files', options);
  return watch.last(await send(url));
}

async function openCircuit(lane: Lane): Promise<Observation> {
  const faulty = await startFault('connection_refused');
  const breaker = { consecutiveFailures: 1 };
  const { url, watch } = await startWatched(lane, { ...faulty.options, breaker, retry: false });
  await send(url);
  return watch.last(await send(url), 2);
}

async function sendToClosing(lane: Lane): Promise<Observation> {
  const faulty = await startFault('connection_refused');
  const { url, gateway, watch } = await startWatched(lane, faulty.options);
  await gateway.close();
  return watch.last(await send(url));
}

async function saturate(lane: Lane): Promise<Observation> {
  const backend = await startBackend((request) => void request.resume());
  const limits = { perBackend: 1, queue: 0 };
  const { url, watch } = await startWatched(lane, { backends: [backend.url], limits });
  void send(url).catch(() => undefined);
  await until('the first request', () => backend.requests.length === 1);
  return watch.last(await send(url));
}

/** In front of backends that would answer, with 503 where the request says so. */
function sending(request: SendOptions, options: Partial<GatewayOptions> = {}, expectErrors = false) {
  return async (lane: Lane): Promise<Observation> => {
    const backend = await startBackend((message, response) => {
      message.resume();
      response.writeHead(message.method === 'POST' ? 503 : 200).end('ok');
    });
    const backends = [backend.url, { url: backend.url, name: 'again' }];
    const { url, watch } = await startWatched(lane, { backends, ...options }, { expectErrors });
    return watch.last(await send(url, request));
  };
}

function misconfigured(options: Partial<GatewayOptions>) {
  return sending({ method: 'POST', body: 'x' }, options, true);
}

async function consumeBody(lane: Lane): Promise<Observation> {
  const faulty = await startFault('connection_refused');
  const { gateway } = makeGateway({ ...laneOptions(lane), ...faulty.options });
  const watch = Watch.of(gateway);
  const swallow = (request: Request, _response: Response, next: NextFunction): void => {
    request.on('end', () => next()).resume();
  };
  const { url } = await serve(express().use(swallow, createProxyMiddleware(gateway)));
  return watch.last(
    await send(url, { method: 'POST', headers: { 'content-type': 'image/png' }, body: 'png' }),
  );
}
