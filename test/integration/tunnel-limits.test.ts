import { describe, expect, test } from 'vitest';
import { rawSocket, send } from '../support/live-client.ts';
import { startBackend } from '../support/live-backend.ts';
import { startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';
import { askForTunnel, openTunnel, startTunnels } from '../support/live-tunnel.ts';
import { handshake, readResponseOn } from '../support/live-upgrade.ts';
import { closeCodeOf, openWebSocket, startWebSockets } from '../support/live-websocket.ts';

describe('timeouts.upgradeIdleMs', () => {
  test('ends a tunnel through which nothing goes', async () => {
    const backend = await startTunnels();
    const gateway = await startGateway('node', { backends: [backend.url], timeouts: { upgradeIdleMs: 50 } });
    const causes: unknown[] = [];
    gateway.gateway.on('exchange', ({ outcome, cause }) => void causes.push(outcome, cause));
    const client = await openTunnel(gateway.port);
    const server = backend.peers[0];
    await until('both ends', () => client.hasEnded && server?.hasEnded === true);
    expect([client.error, server?.error]).toEqual([undefined, undefined]);
    expect(causes).toEqual(['upgraded', 'body_idle_timeout']);
    await until('both are closed', () => gateway.sockets.size === 0);
  });

  test.each(['client', 'backend'])('any byte of the %s keeps it open', async (who) => {
    const backend = await startTunnels();
    const gateway = await startGateway('node', {
      backends: [backend.url],
      timeouts: { upgradeIdleMs: 1_000 },
    });
    const client = await openTunnel(gateway.port);
    const [server] = backend.peers;
    const sender = who === 'client' ? client.socket : server?.socket;
    const startedAt = performance.now();
    while (performance.now() - startedAt < 1_500) {
      sender?.write('.');
      const before = client.text.length + (server?.text.length ?? 0);
      await until('it arrives', () => client.text.length + (server?.text.length ?? 0) > before);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect([client.hasEnded, server?.hasEnded]).toEqual([false, false]);
    await until('it ends once that stops', () => client.hasEnded && server?.hasEnded === true);
  });

  test('of one mount is its own', async () => {
    const backend = await startTunnels();
    const gateway = await startGateway(
      'express',
      { backends: [backend.url] },
      { policy: { timeouts: { upgradeIdleMs: 30 } } },
    );
    const client = await openTunnel(gateway.port);
    await until('it ends', () => client.hasEnded);
  });
});

describe('gateway.close()', () => {
  test('refuses new ones, waits, then ends those that are left with an end, not a reset', async () => {
    const backend = await startTunnels();
    const gateway = await startGateway('node', { backends: [backend.url] });
    const causes: unknown[] = [];
    gateway.gateway.on('exchange', ({ outcome, cause }) => void causes.push([outcome, cause]));
    const client = await openTunnel(gateway.port);
    const [server] = backend.peers;
    let closed = false;
    const closing = gateway.gateway.close({ timeoutMs: 300 }).then(() => (closed = true));
    const late = askForTunnel(gateway.port);
    await until('the late one is answered', () => late.hasEnded);
    expect(late.text).toMatch(/^HTTP\/1\.1 502 [^]*\r\nProxy-Cause: no_healthy_backend\r\n/);
    client.socket.write('still served');
    await until('it is passed on', () => server?.text === 'still served');
    expect(closed).toBe(false);
    await closing;
    await until('both ends', () => client.hasEnded && server?.hasEnded === true);
    expect([client.error, server?.error]).toEqual([undefined, undefined]);
    await until('every socket is closed', () => gateway.sockets.size === 0);
    expect(causes).toEqual([
      ['failed', 'no_healthy_backend'],
      ['upgraded', 'no_healthy_backend'],
    ]);
  });

  test('is through as soon as the last tunnel is', async () => {
    const backend = await startWebSockets();
    const gateway = await startGateway('node', { backends: [backend.url] });
    const sockets = [await openWebSocket(gateway.url), await openWebSocket(gateway.url)];
    const closing = gateway.gateway.close({ timeoutMs: 60_000 });
    for (const socket of sockets) socket.close();
    await closing;
  });

  test('WebSockets see 1006, and can connect anew elsewhere', async () => {
    const backend = await startWebSockets();
    const gateway = await startGateway('node', { backends: [backend.url] });
    const sockets = await Promise.all(Array.from({ length: 20 }, () => openWebSocket(gateway.url)));
    const codes = Promise.all(sockets.map(closeCodeOf));
    await gateway.gateway.close({ timeoutMs: 10 });
    expect(new Set(await codes)).toEqual(new Set([1006]));
    await until('the backend knows', () => backend.clients.size === 0);
  });
});

describe('a backend that is taken out', () => {
  test('keeps its tunnels for the grace, then they end; new ones go elsewhere', async () => {
    const [old, other] = [await startTunnels(), await startTunnels()];
    const backends = [{ url: old.url, name: 'old' }];
    const gateway = await startGateway('node', { backends });
    const client = await openTunnel(gateway.port);
    gateway.gateway.backends.add({ url: other.url, name: 'new' });
    let isOut = false;
    const out = gateway.gateway.backends.remove('old', { graceMs: 300 }).then(() => (isOut = true));
    const later = await openTunnel(gateway.port);
    client.socket.write('still served');
    await until('it is passed on', () => old.peers[0]?.text === 'still served');
    const list = gateway.gateway.backends.list();
    expect(list.map(({ name, tunnels }) => [name, tunnels])).toEqual([
      ['old', 1],
      ['new', 1],
    ]);
    expect([isOut, client.hasEnded]).toEqual([false, false]);
    await out;
    await until('it ends', () => client.hasEnded && old.peers[0]?.hasEnded === true);
    expect([client.error, later.hasEnded, old.peers.length]).toEqual([undefined, false, 1]);
    expect(gateway.gateway.backends.list().map(({ name }) => name)).toEqual(['new']);
  });

  test('is out as soon as its last tunnel is over', async () => {
    const [one, other] = [await startWebSockets(), await startWebSockets()];
    const backends = [
      { url: one.url, name: 'one' },
      { url: other.url, name: 'other', tier: 1 },
    ];
    const gateway = await startGateway('node', { backends });
    const sockets = [await openWebSocket(gateway.url), await openWebSocket(gateway.url)];
    const out = gateway.gateway.backends.drain('one', { graceMs: Infinity });
    for (const socket of sockets) socket.close();
    await out;
  });
});

describe('limits', () => {
  test('tunnels keep no request out: limits.perBackend is for requests', async () => {
    const tunnels = await startWebSockets();
    const gateway = await startGateway('node', {
      backends: [tunnels.url],
      limits: { perBackend: 1, queue: 0 },
    });
    for (let i = 0; i < 10; i += 1) await openWebSocket(gateway.url);
    expect((await send(gateway.url)).body.toString()).toBe('no WebSocket');
    expect(tunnels.clients.size).toBe(10);
  });

  test('limits.perBackend holds for handshakes', async () => {
    const held: (() => void)[] = [];
    const backend = await startBackend((_request, response) => held.push(() => response.end()));
    const gateway = await startGateway('node', {
      backends: [backend.url],
      limits: { perBackend: 1, queue: 0 },
    });
    askForTunnel(gateway.port);
    await until('one is under way', () => held.length === 1);
    const socket = rawSocket(gateway.port);
    socket.write(handshake());
    expectFailure(await readResponseOn(socket), 'pool_saturated');
  });

  test('limits.upgrades: one more is refused; a place that becomes free is used', async () => {
    const backend = await startWebSockets();
    const gateway = await startGateway('node', { backends: [backend.url], limits: { upgrades: 2 } });
    const sockets = [await openWebSocket(gateway.url), await openWebSocket(gateway.url)];
    for (let i = 0; i < 3; i += 1) {
      const socket = rawSocket(gateway.port);
      socket.write(handshake());
      const problem = expectFailure(await readResponseOn(socket), 'pool_saturated');
      expect(problem['remedy']).toContain('limits.upgrades');
    }
    expect(backend.requests).toHaveLength(2);
    sockets[0]?.terminate();
    await until('it is gone', () => backend.clients.size === 1 && gateway.sockets.size === 1);
    await openWebSocket(gateway.url);
    expect(backend.requests).toHaveLength(3);
  });

  test('each kind of end gives its place back', async () => {
    const backend = await startWebSockets();
    const gateway = await startGateway('node', { backends: [backend.url], limits: { upgrades: 1 } });
    const ends: ((end: Awaited<ReturnType<typeof openWebSocket>>) => void)[] = [
      (socket) => socket.close(),
      (socket) => socket.terminate(),
      () => [...backend.clients][0]?.close(),
      () => [...backend.clients][0]?.terminate(),
      () => [...backend.sockets][0]?.resetAndDestroy(),
    ];
    for (const end of ends) {
      end(await openWebSocket(gateway.url));
      await until('it is gone', () => gateway.sockets.size === 0);
    }
    // A failed handshake, and one whose client leaves.
    expect((await send(gateway.url)).status).toBe(404);
    const bad = rawSocket(gateway.port);
    bad.write(handshake().replace('Version: 13', 'Version: 1'));
    expect((await readResponseOn(bad)).status).toBe(400);
    const leaving = rawSocket(gateway.port);
    leaving.write(handshake());
    leaving.resetAndDestroy();
    await until('it is gone', () => gateway.sockets.size === 0);
    await openWebSocket(gateway.url);
  });
});

test('frames that make no sense are a matter of the two ends', async () => {
  const backend = await startWebSockets();
  const gateway = await startGateway('node', { backends: [backend.url] });
  const bystander = await openWebSocket(gateway.url);
  const socket = rawSocket(gateway.port);
  let received = Buffer.alloc(0);
  socket
    .on('error', () => undefined)
    .on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
    });
  socket.write(handshake());
  await until('the switch', () => received.includes('\r\n\r\n'));
  const at = received.indexOf('\r\n\r\n') + 4;
  socket.write(Buffer.alloc(64, 0xff));
  // A close frame with 1002, protocol error.
  await until('the answer', () => received.subarray(at).equals(Buffer.from([0x88, 2, 0x03, 0xea])));
  expect(bystander.readyState).toBe(1);
});
