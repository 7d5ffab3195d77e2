import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGateway, type Logger } from 'causeway-proxy';
import { WebSocket, WebSocketServer } from 'ws';
import { takeCensus } from '../hostile/census.ts';
import { eventually } from '../hostile/eventually.ts';
import { listenOn } from '../hostile/plain-server.ts';
import { appOf } from '../support/live-app.ts';
import { crowd } from '../support/live-crowd.ts';
import type { Phase, PhaseContext, PhaseResult } from './phase.ts';

const SOCKETS = 4_000;
/** Client, gateway and backend are one process: each WebSocket has four ends in it. */
const FILES_PER_SOCKET = 4;
const FILES_BESIDE = 500;
const WIDTH = 64;
const IDLE_MS = 10_000;
const KIBIBYTE = 1_024;

/** Very many WebSockets that say nothing for a while, then once, and then are closed from either end. */
export const IDLE_WEBSOCKETS: Phase = { name: `${SOCKETS} idle WebSockets, express`, run };

async function run({ endsAt }: PhaseContext): Promise<PhaseResult> {
  const violations: string[] = [];
  const backend = await startBackend();
  const note = (details: object, message: string): void => {
    violations.push(`logged "${message}": ${JSON.stringify(details)}`);
  };
  const logger: Logger = { warn: note, error: note };
  const gateway = createGateway({ backends: [backend.url], logger });
  const { handler, upgrade } = appOf('express', gateway);
  const server = createServer((request, response) => void handler(request, response));
  const front = await listenOn(server.on('upgrade', upgrade));

  const before = takeCensus();
  const count = Math.min(SOCKETS, Math.floor((openFilesLimit() - FILES_BESIDE) / FILES_PER_SOCKET));
  const sockets = await openAll(`ws://127.0.0.1:${front.port}`, count);
  const during = takeCensus();
  await sleep(Math.max(Math.min(IDLE_MS, endsAt - performance.now()), 0));
  const silent = sockets.filter(({ readyState }) => readyState !== WebSocket.OPEN).length;
  if (silent > 0) violations.push(`${silent} of ${count} WebSockets did not stay open`);
  const echoes = await echoAll(sockets);
  if (echoes < count) violations.push(`${count - echoes} of ${count} WebSockets gave no echo`);

  await closeAll(sockets, backend.clients);
  if (!(await eventually(() => front.sockets.size + backend.sockets.size === 0))) {
    violations.push(
      `${front.sockets.size} connections of clients and ${backend.sockets.size} of backends left`,
    );
  }
  await gateway.close({ timeoutMs: 5_000 });
  await backend.close();
  await front.close();
  const perSocket = (during.rssBytes - before.rssBytes) / count / KIBIBYTE;
  const notes = [`all ends and the gateway together: ${perSocket.toFixed(1)} KiB of memory for each`];
  return {
    cases: count,
    of: SOCKETS,
    outcomes: new Map([['echoed', echoes]]),
    known: new Map(),
    violations,
    notes,
  };
}

async function startBackend() {
  const server = createServer();
  const webSockets = new WebSocketServer({ server, perMessageDeflate: false });
  webSockets.on('connection', (socket) => {
    socket.on('error', ignore).on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
  });
  const listening = await listenOn(server);
  return { ...listening, url: `http://127.0.0.1:${listening.port}`, clients: webSockets.clients };
}

async function openAll(url: string, count: number): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  await crowd(count, WIDTH, async () => {
    const socket = new WebSocket(url, { perMessageDeflate: false }).on('error', ignore);
    await once(socket, 'open');
    sockets.push(socket);
  });
  return sockets;
}

/** How many send back what they are sent. */
async function echoAll(sockets: readonly WebSocket[]): Promise<number> {
  let echoes = 0;
  await crowd(sockets.length, WIDTH, async (index) => {
    const socket = sockets[index];
    if (socket?.readyState !== WebSocket.OPEN) return;
    const answer = Promise.race([once(socket, 'message'), once(socket, 'close')]);
    socket.send(`echo ${index}`);
    const [data] = (await answer) as [unknown];
    if (String(data) === `echo ${index}`) echoes += 1;
  });
  return echoes;
}

/** In good order or not, one end or the other. */
async function closeAll(sockets: readonly WebSocket[], clients: ReadonlySet<WebSocket>): Promise<void> {
  const open = sockets.filter(({ readyState }) => readyState !== WebSocket.CLOSED);
  const closed = open.map((socket) => once(socket, 'close'));
  for (const [index, socket] of sockets.entries()) {
    if (index % 4 === 0) socket.close();
    else if (index % 4 === 1) socket.terminate();
  }
  for (const [index, client] of [...clients].entries()) {
    if (index % 2 === 0) client.close();
    else client.terminate();
  }
  for (const socket of sockets) socket.close();
  await Promise.all(closed);
}

/** Of this process. Infinity where there is none. */
function openFilesLimit(): number {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: number | string } } };
  const soft = report.userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : Infinity;
}

function ignore(): void {
  // It shows in 'close'.
}
