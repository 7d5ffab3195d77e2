import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { makeCertificate } from '../../../src/testing/certificates.ts';
import { startBackend } from '../../support/live-backend.ts';
import { type Sent, send } from '../../support/live-client.ts';
import { listen } from '../../support/live-server.ts';
import { SLUGGISH, startSluggish, teach } from '../../support/live-sluggish.ts';
import { messageOn, openWebSocket, startWebSockets } from '../../support/live-websocket.ts';
import { deadUrl, startEcho, startResetting } from './backends.ts';
import { blockNamed } from './readme.ts';
import { type Place, REPOSITORY, RunningSnippet } from './snippet.ts';

type Scenario = (name: string, place?: Place) => Promise<void>;

/** What each snippet of the README claims to do, tried on the real thing. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  Express: forwardsPastADeadBackend('/api'),
  Koa: forwardsPastADeadBackend(''),
  'Repeating a POST': repeatsAPost,
  Deadlines: tellsTheBackendWhatIsLeft,
  'Several routes, one gateway': givesRoutesTheirOwnLimits,
  'Several routes, one gateway 2': choosesByPath,
  Upgrades: tunnelsPastADeadBackend,
  'Upgrades 2': decidesWhoMayConnect,
  'How much is told': tellsAsConfigured,
  "Error pages of the app's own": showsThePageOfTheApp,
  "Error pages of the app's own 2": showsThePageOfTheApp,
  Events: reportsEvents,
  'Backends at run time': movesToTheNewBackend,
  Discovery: findsWhatIsBehindAName,
  'Discovery 2': readsListsFromAFile,
  Destinations: connectsWhereItMay,
  'TLS to backends': readsCertificatesAnew,
  'Health checks': checksBackends,
  Closing: closesAtTheEndOfTheBlock,
  Rewriting: showsTheClientsView,
  'Body parsers in front': forwardsTheVeryBytes,
  Balancing: sendsCustomersToTheSameBackend,
  'Learned timeouts': watchesWhatIsSlow,
  Overload: refusesTheLessImportant,
  'Coming from http-proxy-middleware': takesItsOptions,
  'Coming from http-proxy-middleware 2': forwardsThroughIt,
  'Rehearsing failures': rehearsesAFailure,
};

function start(name: string, backends: readonly string[], place = REPOSITORY): RunningSnippet {
  return new RunningSnippet(blockNamed(name).code, backends, place);
}

/** Where a snippet names what only the reader has. */
function startWith(name: string, replacements: Readonly<Record<string, string>>): RunningSnippet {
  let { code } = blockNamed(name);
  for (const [theirs, ours] of Object.entries(replacements)) {
    if (code.split(theirs).length !== 2) throw new Error(`not exactly one ${theirs} in ${name}`);
    code = code.replace(theirs, ours);
  }
  return new RunningSnippet(code, [], REPOSITORY);
}

function forwardsPastADeadBackend(mountPath: string): Scenario {
  return async (name, place) => {
    const backend = await startEcho();
    const snippet = start(name, [await deadUrl(), backend.url], place);
    const url = `${await snippet.url()}${mountPath}/orders?page=2`;
    for (const method of ['GET', 'POST', 'GET', 'POST']) {
      const body = method === 'POST' ? 'x=1' : '';
      expect(textOf(await send(url, { method, body }))).toBe(`${method} /orders?page=2 ${body}`.trimEnd());
    }
    expect(backend.requests).toHaveLength(4);
    snippet.terminate();
    expect(await snippet.exitCode()).toBe(0);
    expect(snippet.errors).toBe('');
  };
}

async function repeatsAPost(name: string): Promise<void> {
  const [resetting, echo] = [await startResetting(), await startEcho()];
  const snippet = start(name, [resetting.url, echo.url]);
  const url = `${await snippet.url()}/orders`;
  // The other one is of a higher tier, and is not asked first.
  const refused = await send(url, { method: 'POST', body: 'a' });
  expect(causeOf(refused)).toBe('closed_before_response');
  expect(echo.requests).toHaveLength(0);
  const rescued = await send(url, { method: 'POST', body: 'b', headers: { 'idempotency-key': '1' } });
  expect(textOf(rescued)).toBe('POST /orders b');
  expect(rescued.headers['proxy-attempts']).toBe('2');
  expect(resetting.requests).toHaveLength(2);
}

async function tellsTheBackendWhatIsLeft(name: string): Promise<void> {
  const echo = await startEcho();
  const snippet = start(name, [echo.url]);
  // This client is not on the network that is trusted.
  await send(`${await snippet.url()}/x`, { headers: { 'x-request-timeout-ms': '1' } });
  const told = Number(echo.requests[0]?.headers['x-request-timeout-ms']);
  expect(told).toBeLessThanOrEqual(10_000);
  expect(told).toBeGreaterThan(9_000);
}

async function givesRoutesTheirOwnLimits(name: string): Promise<void> {
  const snippet = start(name, [(await startEcho()).url, (await startEcho()).url]);
  const url = await snippet.url();
  expect(textOf(await send(`${url}/search/x`))).toBe('GET /x');
  expect(textOf(await send(`${url}/reports/x`))).toBe('GET /x');
  // Two, or three where the first went out on a connection that had been used before.
  expect((await send(`${url}/search/reset`)).headers['proxy-attempts']).toMatch(/^[23]$/);
  expect((await send(`${url}/reports/reset`)).headers['proxy-attempts']).toBe('1');
  const silent = await send(`${url}/search/silent`);
  expect(causeOf(silent)).toBe('first_byte_timeout');
  expect(silent.ms).toBeLessThan(2_500);
}

async function choosesByPath(name: string): Promise<void> {
  const snippet = start(name, [(await startEcho()).url]);
  const url = await snippet.url();
  expect(textOf(await send(`${url}/api/orders`))).toBe('GET /api/orders');
  expect(textOf(await send(`${url}/orders`))).toBe('not proxied');
}

async function tunnelsPastADeadBackend(name: string): Promise<void> {
  const backend = await startWebSockets((socket, { url }) => {
    socket.on('message', (data) => socket.send(`${url} ${String(data)}`));
  });
  const snippet = start(name, [await deadUrl(), backend.url]);
  const url = await snippet.url();
  for (let i = 0; i < 5; i += 1) {
    const socket = await openWebSocket(`${url}/chat/rooms`);
    socket.send(`hello ${i}`);
    expect(await messageOn(socket)).toBe(`/rooms hello ${i}`);
  }
  expect((await send(`${url}/chat/rooms`)).body.toString()).toBe('no WebSocket');
  await expect(openWebSocket(`${url}/chats`, { handshakeTimeout: 200 })).rejects.toThrow('timed out');
}

async function takesItsOptions(name: string): Promise<void> {
  const backend = await startBackend((request, response) => {
    response.end(`${request.url} ${String(request.headers['x-original'])}`);
  });
  const snippet = start(name, [await deadUrl(), backend.url]);
  const url = await snippet.url();
  for (let i = 0; i < 4; i += 1) {
    expect(textOf(await send(`${url}/api/orders/1`))).toBe('/v2/orders/1 /api/orders/1');
  }
}

async function forwardsThroughIt(name: string): Promise<void> {
  const backend = await startBackend((_request, response) => {
    response.setHeader('Set-Cookie', 'a=1; Domain=inside.test').end('ok');
  });
  const snippet = start(name, [backend.url]);
  expect((await send(await snippet.url())).headers['set-cookie']).toEqual(['a=1']);
}

async function decidesWhoMayConnect(name: string): Promise<void> {
  const backend = await startWebSockets();
  const snippet = start(name, [backend.url]);
  const url = await snippet.url();
  const socket = await openWebSocket(url, { origin: 'https://shop.example' });
  socket.send('hello');
  expect(await messageOn(socket)).toBe('hello');
  await expect(openWebSocket(url, { origin: 'https://evil.example' })).rejects.toThrow('403');
  const offer = { connection: 'Upgrade', upgrade: 'h2c' };
  expect((await send(url, { headers: offer })).body.toString()).toBe('no WebSocket');
}

async function tellsAsConfigured(name: string): Promise<void> {
  const snippet = start(name, [await deadUrl()]);
  const url = await snippet.url();
  const first = await send(url);
  expect([first.status, causeOf(first)]).toEqual([502, 'connection_refused']);
  expect(Object.keys(JSON.parse(textOf(first, 502)) as object)).toEqual(['status', 'cause', 'requestId']);
  // Three attempts each: the second request opens the breaker, and finds it open.
  await send(url);
  const page = await send(url, { headers: { accept: 'text/html' } });
  expect([page.status, causeOf(page)]).toEqual([503, 'circuit_open']);
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(textOf(page, 503)).toBe(
    `<h1>Every backend is switched off for now after repeated failures</h1><p>${String(page.headers['x-request-id'])}</p>`,
  );
}

async function showsThePageOfTheApp(name: string): Promise<void> {
  const snippet = start(name, [await deadUrl()]);
  const page = await send(await snippet.url(), { headers: { 'x-request-id': 'order-17' } });
  expect(causeOf(page)).toBe('connection_refused');
  expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(textOf(page, 502)).toBe('<h1>The backend refused the connection</h1><p>order-17</p>');
}

async function reportsEvents(name: string): Promise<void> {
  const snippet = start(name, [await deadUrl()]);
  const url = `${await snippet.url()}/orders`;
  await send(url);
  await snippet.printed(/^GET "\/orders": connection_refused, attempts: 3$/m);
  await send(url);
  await snippet.printed(/^127\.0\.0\.1:\d+ open consecutive_failures connection_refused$/m);
}

async function movesToTheNewBackend(name: string): Promise<void> {
  const [old, fresh] = [await startEcho(), await startEcho()];
  const snippet = start(name, [old.url, fresh.url]);
  const url = await snippet.url();
  await snippet.printed(/^new available 0$/m);
  expect(snippet.output).not.toContain('old');
  for (let i = 0; i < 5; i += 1) expect(textOf(await send(url))).toBe('GET /');
  expect([old.requests.length, fresh.requests.length]).toEqual([0, 5]);
}

async function sendsCustomersToTheSameBackend(name: string): Promise<void> {
  const backends = [await startEcho(), await startEcho()];
  const snippet = start(
    name,
    backends.map(({ url }) => url),
  );
  const url = await snippet.url();
  for (let customer = 0; customer < 20; customer += 1) {
    for (let i = 0; i < 3; i += 1) await send(url, { headers: { 'x-customer-id': String(customer) } });
  }
  const counts = backends.map(({ requests }) => requests.length);
  for (const count of counts) expect([count > 0, count % 3]).toEqual([true, 0]);
  expect(counts[0]).toBe(60 - (counts[1] ?? 0));
}

async function watchesWhatIsSlow(name: string): Promise<void> {
  const backends = [await startSluggish(), await startSluggish()];
  const snippet = start(
    name,
    backends.map(({ url }) => url),
  );
  const url = await snippet.url();
  await teach(url, 1_000, { 'x-operation': 'read' });
  const sent = await send(url, { headers: { 'x-operation': 'read', [SLUGGISH]: '1500' } });
  expect([sent.status, sent.headers['proxy-attempts']]).toEqual([200, undefined]);
  await snippet.printed(/^observed "read" at 127\.0\.0\.1:\d+: \d+ ms, p99 \d+ ms of 1000$/m);
}

async function refusesTheLessImportant(name: string): Promise<void> {
  const backend = await startBackend((_request, response) => void response.writeHead(429).end());
  const snippet = start(name, [backend.url]);
  const url = await snippet.url();
  const paths = Array.from({ length: 150 }, (_, index) => (index % 4 === 0 ? '/checkout' : '/suggestions'));
  const refused = new Map<string, number>();
  for (const path of paths) {
    const sent = await send(`${url}${path}`);
    if (causeOf(sent) === 'pool_saturated') refused.set(path, (refused.get(path) ?? 0) + 1);
  }
  // Of each, of all: what backends accept nothing of is not spared for its importance alone.
  const [high = 0, low = 0] = [refused.get('/checkout'), refused.get('/suggestions')];
  expect(low).toBeGreaterThan(50);
  expect(high / 38).toBeLessThan(low / 112);
}

async function findsWhatIsBehindAName(name: string): Promise<void> {
  const { port } = await startEcho();
  const snippet = startWith(name, { 'api.internal:3000': `localhost:${port}` });
  expect(textOf(await send(`${await snippet.url()}/orders`))).toBe('GET /orders');
  await snippet.printed(/^dns:localhost found \d$/m);
}

async function readsListsFromAFile(name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'backends.json');
  const [first, second] = [await startEcho(), await startEcho()];
  const snippet = startWith(name, { 'backends.json': file });
  const url = await snippet.url();
  const waiting = send(`${url}/first`);
  // Not before it has been found missing.
  for (let i = 0; !snippet.errors.includes('ENOENT'); i += 1) {
    expect(i).toBeLessThan(500);
    await sleep(10);
  }
  writeFileSync(file, JSON.stringify([first.url]));
  expect(textOf(await waiting)).toBe('GET /first');
  writeFileSync(file, JSON.stringify([{ url: second.url, name: 'second' }]));
  for (let i = 0; second.requests.length === 0; i += 1) {
    expect(i).toBeLessThan(500);
    expect(textOf(await send(`${url}/second`))).toBe('GET /second');
    await sleep(10);
  }
}

async function connectsWhereItMay(name: string): Promise<void> {
  const { port } = await startEcho();
  const snippet = startWith(name, { 'api.internal:3000': `localhost:${port}` });
  expect(textOf(await send(`${await snippet.url()}/orders`))).toBe('GET /orders');
}

async function readsCertificatesAnew(name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [ca, file] = [makeCertificate('Authority', { isAuthority: true }), join(folder, 'ca.pem')];
  const server = createHttps(makeCertificate('backend', { issuer: ca }), (request, response) => {
    response.end(`${request.method} ${request.url}`);
  });
  const { port } = await listen(server);
  const snippet = startWith(name, { 'api.internal': `127.0.0.1:${port}`, 'ca.pem': file });
  const url = `${await snippet.url()}/orders`;
  expect(causeOf(await send(url))).toBe('configuration_error');
  writeFileSync(file, ca.cert);
  expect(textOf(await send(url))).toBe('GET /orders');
}

async function checksBackends(name: string): Promise<void> {
  const [first, second] = [await startEcho(), await startEcho()];
  const snippet = start(name, [first.url, second.url]);
  for (const { port } of [first, second]) await snippet.printed(new RegExp(`^127.0.0.1:${port} up`, 'm'));
  expect(textOf(await send(`${await snippet.url()}/orders`))).toBe('GET /orders');
  expect(first.requests[0]?.url).toBe('/healthz');
  await second.close();
  await snippet.printed(new RegExp(`^127.0.0.1:${second.port} down connection_refused$`, 'm'));
}

async function closesAtTheEndOfTheBlock(name: string): Promise<void> {
  const snippet = start(name, [(await startEcho()).url]);
  expect(await snippet.exitCode()).toBe(0);
  expect(snippet.output).toMatch(/^200 GET \/orders$/m);
  expect(snippet.errors).toBe('');
}

async function showsTheClientsView(name: string): Promise<void> {
  const backend = await startBackend((request, response) => {
    response.setHeader('Set-Cookie', 'cart=7; Domain=shop.internal; Path=/base');
    if (request.url !== '/base/v1/cart') return void response.end(`${request.method} ${request.url}`);
    response.writeHead(302, { Server: 'secret', Location: '/base/v1/login' }).end();
  });
  const snippet = start(name, [backend.url]);
  const url = await snippet.url();
  const { status, headers } = await send(`${url}/shop/api/cart`);
  expect([status, headers.location, headers.server]).toEqual([302, '/shop/api/login', undefined]);
  expect(headers['set-cookie']).toEqual(['cart=7; Domain=shop.example; Path=/shop']);
  expect(textOf(await send(`${url}/shop/api/login`))).toBe('GET /base/v1/login');
  expect(backend.requests.at(-1)?.headers['x-sent-to']).toBe(`127.0.0.1:${backend.port}`);
}

async function forwardsTheVeryBytes(name: string): Promise<void> {
  const snippet = start(name, [(await startEcho()).url]);
  // Parsed and written anew, it would be another text.
  const body = '{ "total": 1.0 }';
  const headers = { 'content-type': 'application/json' };
  const sent = await send(`${await snippet.url()}/orders`, { method: 'POST', headers, body });
  expect(textOf(sent)).toBe(`POST /orders ${body}`);
}

async function rehearsesAFailure(name: string): Promise<void> {
  const snippet = start(name, []);
  expect(await snippet.exitCode()).toBe(0);
  const lines = snippet.output.split('\n').filter((line) => !line.startsWith('port '));
  expect(lines[0]).toBe('502 closed_before_response');
  // Three attempts, each of which arrived.
  expect(lines.slice(1).join('')).toBe("[ 'GET /orders', 'GET /orders', 'GET /orders' ]");
  expect(snippet.errors).toBe('');
}

function textOf(sent: Sent, status = 200): string {
  expect([sent.status, causeOf(sent)]).toEqual([status, status === 200 ? undefined : expect.any(String)]);
  return sent.body.toString();
}

function causeOf({ headers }: Sent): string | undefined {
  return headers['proxy-cause'] as string | undefined;
}
