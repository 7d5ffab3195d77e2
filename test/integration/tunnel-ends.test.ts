import { createServer as createSecureServer } from 'node:https';
import { connect as connectTls, createServer as createTls } from 'node:tls';
import { createRequestListener } from 'causeway-proxy/node';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeGateway, startGateway, type LiveGateway } from '../support/live-gateway.ts';
import { makeCertificate } from '../support/live-http2.ts';
import { median, until } from '../support/live-measure.ts';
import { listen } from '../support/live-server.ts';
import { askForTunnel, openTunnel, Peer, startTunnels, type TunnelBackend } from '../support/live-tunnel.ts';
import { requestFor, switchingTo } from '../support/live-upgrade.ts';

interface Ended {
  readonly outcome: string;
  readonly cause: string | undefined;
  readonly bytes: number;
}

/** What the gateway says of each exchange that is over. */
function endsOf({ gateway }: Pick<LiveGateway, 'gateway'>): Ended[] {
  const ends: Ended[] = [];
  gateway.on('exchange', ({ outcome, cause, bytes }) => void ends.push({ outcome, cause, bytes }));
  return ends;
}

async function pairThrough(
  gateway: LiveGateway,
  backend: TunnelBackend,
): Promise<readonly [client: Peer, server: Peer]> {
  const before = backend.peers.length;
  const client = await openTunnel(gateway.port);
  return [client, backend.peers[before] as Peer];
}

/** Never opens for what the clients of these tests do, else it would at once. */
const TOUCHY = { consecutiveFailures: 1, minRequests: 1, failureRate: 0.01 };

describe('one side that stops sending', () => {
  test.each(['client', 'backend'])('is still sent to (%s)', async (who) => {
    const backend = await startTunnels();
    const gateway = await startGateway('node', { backends: [backend.url] });
    const ends = endsOf(gateway);
    const [client, server] = await pairThrough(gateway, backend);
    const [one, other] = who === 'client' ? [client, server] : [server, client];
    one.socket.end('the last of one');
    await until('the end is passed on', () => other.hasEnded);
    expect(other.text).toBe('the last of one');
    other.socket.write('some more, ');
    await until('it is still sent to', () => one.text === 'some more, ');
    expect([one.hasEnded, one.isClosed, ends]).toEqual([false, false, []]);
    other.socket.end('and the last of the other');
    await until('both are closed', () => one.isClosed && other.isClosed);
    expect(one.text).toBe('some more, and the last of the other');
    expect([one.error, other.error]).toEqual([undefined, undefined]);
    expect(ends).toEqual([{ outcome: 'upgraded', cause: undefined, bytes: 51 }]);
    await until('no socket is left', () => gateway.sockets.size + backend.sockets.size === 0);
  });

  test('under TLS on both hops', async () => {
    const { key, cert } = makeCertificate();
    const servers: Peer[] = [];
    const secure = createTls({ key, cert, allowHalfOpen: true }, (socket) => {
      socket.once('data', () => {
        servers.push(new Peer(socket));
        socket.write(switchingTo('chat/1'));
      });
    });
    const { port: backendPort } = await listen(secure);
    const { gateway } = makeGateway({
      backends: [{ url: `https://127.0.0.1:${backendPort}`, tls: { ca: cert } }],
    });
    const listener = createRequestListener(gateway);
    const front = await listen(createSecureServer({ key, cert }).on('upgrade', listener.upgrade));
    const socket = connectTls({ host: '127.0.0.1', port: front.port, ca: cert });
    socket.allowHalfOpen = true;
    onTestFinished(() => void socket.destroy());
    const client = new Peer(socket);
    socket.write(requestFor('chat/1'));
    await until('the switch', () => client.text.endsWith('\r\n\r\n'));
    socket.end('all of it');
    const server = servers[0] as Peer;
    await until('the end is passed on', () => server.hasEnded);
    expect(server.text).toBe('all of it');
    server.socket.end('the answer');
    await until('both are closed', () => client.isClosed && server.isClosed);
    expect(client.text.split('\r\n\r\n')[1]).toBe('the answer');
    expect([client.error, server.error]).toEqual([undefined, undefined]);
  });
});

describe('one side whose connection is reset', () => {
  test.each([
    ['client', 'client_aborted'],
    ['backend', 'response_truncated'],
  ])('the other is reset too: it is no regular end (%s)', async (who, cause) => {
    const backend = await startTunnels();
    const gateway = await startGateway('node', { backends: [backend.url], breaker: TOUCHY });
    const ends = endsOf(gateway);
    const changes: string[] = [];
    gateway.gateway.on('breaker', ({ state }) => void changes.push(state));
    const [client, server] = await pairThrough(gateway, backend);
    server.socket.write('hello');
    await until('hello', () => client.text === 'hello');
    const [one, other] = who === 'client' ? [client, server] : [server, client];
    one.socket.resetAndDestroy();
    await until('the other knows', () => other.isClosed);
    expect([other.error, other.hasEnded]).toEqual(['ECONNRESET', false]);
    await until('it is reported', () => ends.length > 0);
    expect(ends).toEqual([{ outcome: 'upgraded', cause, bytes: 5 }]);
    await until('no socket is left', () => gateway.sockets.size + backend.sockets.size === 0);
    expect(changes).toEqual([]);
  });
});

describe('a client that leaves', () => {
  test('ends the connection to its backend within 100 ms', async () => {
    const backend = await startTunnels();
    const gateway = await startGateway('node', { backends: [backend.url] });
    const times: number[] = [];
    for (let i = 0; i < 20; i += 1) {
      const [client, server] = await pairThrough(gateway, backend);
      const startedAt = performance.now();
      client.socket.resetAndDestroy();
      await until('closed', () => server.isClosed);
      times.push(performance.now() - startedAt);
    }
    expect(median(times)).toBeLessThan(100);
  });

  test.each(['ends', 'resets'])(
    'during the handshake (%s): nothing is left, and nobody is blamed',
    async (how) => {
      const backend = await startTunnels('');
      const gateway = await startGateway('node', { backends: [backend.url], breaker: TOUCHY });
      const ends = endsOf(gateway);
      const changes: string[] = [];
      gateway.gateway.on('breaker', ({ state }) => void changes.push(state));
      for (let i = 0; i < 10; i += 1) {
        const client = askForTunnel(gateway.port);
        await until('it is asked', () => backend.peers.length === i + 1);
        if (how === 'ends') client.socket.end();
        else client.socket.resetAndDestroy();
        await until('its backend knows', () => backend.peers[i]?.hasEnded === true);
        backend.peers[i]?.socket.end();
      }
      await until('all are reported', () => ends.length === 10);
      expect(new Set(ends.map(({ outcome, cause }) => `${outcome} ${cause}`))).toEqual(
        new Set(['failed client_aborted']),
      );
      await until('no socket is left', () => gateway.sockets.size + backend.sockets.size === 0);
      expect(changes).toEqual([]);
    },
  );

  test('while its connection is being made', async () => {
    const backend = await startTunnels();
    const gateway = await startGateway('node', {
      backends: [backend.url.replace('127.0.0.1', 'backend.test')],
      resolver: { resolve4: () => undefined, resolve6: () => undefined },
    });
    const ends = endsOf(gateway);
    const client = askForTunnel(gateway.port);
    await until('it is accepted', () => gateway.sockets.size === 1);
    client.socket.resetAndDestroy();
    await until('it is over', () => ends.length === 1);
    expect(ends[0]).toMatchObject({ outcome: 'failed', cause: 'client_aborted' });
    expect(backend.accepted()).toBe(0);
  });
});
