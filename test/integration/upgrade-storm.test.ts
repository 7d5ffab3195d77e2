import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { closedPort, startRaw } from '../support/live-backend.ts';
import { crowd, Tally } from '../support/live-crowd.ts';
import { seededRandom } from '../support/fake-random.ts';
import { startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { handshake, requestFor, switching, switchingTo } from '../support/live-upgrade.ts';
import { messageOn, openWebSocket, startWebSockets } from '../support/live-websocket.ts';

const CLIENTS = 600;
const random = seededRandom(7);
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;

const REQUESTS: readonly string[] = [
  requestFor('chat/1'),
  requestFor('chat/1'),
  requestFor('chat/1'),
  `${requestFor('chat/1')}early bytes`,
  handshake(),
  requestFor('h2c'),
  handshake().replace('GET', 'POST').replace('\r\n\r\n', '\r\nContent-Length: 3\r\n\r\nabc'),
  handshake('/a/../b'),
  handshake().slice(0, 40),
  `GET /slow HTTP/1.1\r\nHost: a\r\n\r\n${handshake()}`,
];

const ANSWERS: readonly string[] = [
  switchingTo('chat/1'),
  switchingTo('chat/1'),
  `${switchingTo('chat/1')}head bytes`,
  switchingTo('other'),
  switching(),
  switchingTo('chat/1').slice(0, 30),
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
  'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut',
  'HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n',
  'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n',
  '\x88\x02\x03\xe8 no HTTP at all',
  '',
];

const ENDS: readonly ((socket: Socket) => void)[] = [
  (socket) => void socket.end(),
  (socket) => void socket.destroy(),
  (socket) => void socket.resetAndDestroy(),
  (socket) => void socket.end('some last bytes'),
  (socket) => void socket.write('bytes'),
  () => undefined,
];

/** Most clients wait for an answer, some for too long. */
async function someAnswer(socket: Socket): Promise<void> {
  if (random() < 0.2) return;
  await new Promise((resolve) => {
    socket.once('data', resolve);
    setTimeout(resolve, 600);
  });
}

/** Leaves in some way at some time. */
async function leave(socket: Socket): Promise<void> {
  for (let i = 0; i < 3; i += 1) {
    await sleep(Math.floor(random() * 15));
    if (!socket.destroyed && socket.writable) pick(ENDS)(socket);
  }
}

test(`${CLIENTS} clients and backends that do anything at any time: nothing breaks, nothing is left`, async () => {
  const rude = (socket: Socket): void => {
    socket.write(pick(ANSWERS), 'latin1');
    void leave(socket).then(() => setTimeout(() => socket.destroy(), 100));
  };
  const [one, other] = [await startRaw(rude), await startRaw(rude)];
  const gateway = await startGateway('node', {
    backends: [one.url, other.url, `http://127.0.0.1:${await closedPort()}`],
    timeouts: { firstByteMs: 500, upgradeIdleMs: 80, deadlineMs: 1_000 },
    breaker: { openMs: 10, maxOpenMs: 20 },
    limits: { upgrades: 25 },
    upgrade: { path: '/' },
  });
  const outcomes = new Tally();
  gateway.gateway.on('exchange', ({ outcome, cause }) => outcomes.add(`${outcome} ${cause ?? 'well'}`));

  await crowd(CLIENTS, 30, async () => {
    const socket = connect({ host: '127.0.0.1', port: gateway.port, allowHalfOpen: random() < 0.5 });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined).resume();
    socket.write(pick(REQUESTS), 'latin1');
    await someAnswer(socket);
    await leave(socket);
    setTimeout(() => socket.destroy(), 50);
  });
  await until(
    'every connection is closed',
    () => gateway.sockets.size + one.sockets.size + other.sockets.size === 0,
  );
  await gateway.gateway.close({ timeoutMs: 60_000 });
  console.log(`of ${CLIENTS}: ${outcomes.toString()}`);
  // Not much of a storm otherwise.
  const upgraded = outcomes.keys.filter((key) => key.startsWith('upgraded'));
  expect(upgraded.reduce((sum, key) => sum + outcomes.of(key), 0)).toBeGreaterThan(10);
  expect(upgraded.length).toBeGreaterThan(1);
  expect(outcomes.keys.length).toBeGreaterThan(6);
  expect(outcomes.of('failed gateway_error')).toBe(0);
});

test('a gateway that has been through that still serves', async () => {
  const backend = await startWebSockets();
  const gateway = await startGateway('node', { backends: [backend.url], limits: { upgrades: 5 } });
  await crowd(200, 5, async () => {
    const socket = connect({ host: '127.0.0.1', port: gateway.port });
    socket.on('error', () => undefined).write(pick(REQUESTS), 'latin1');
    await leave(socket);
    socket.destroy();
    await new Promise((resolve) => (socket.closed ? resolve(undefined) : socket.once('close', resolve)));
  });
  await until('every place is free', () => gateway.sockets.size === 0);
  const sockets = await Promise.all(Array.from({ length: 5 }, () => openWebSocket(gateway.url)));
  for (const socket of sockets) {
    socket.send('hello');
    expect(await messageOn(socket)).toBe('hello');
  }
});
