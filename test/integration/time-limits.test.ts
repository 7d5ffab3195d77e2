import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { startBackend, startNamed, startRaw } from '../support/live-backend.ts';
import { begin, open, readAllFrom, readResponse, responseOf, send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';

describe.each(ADAPTERS)('time limits, %s', (adapter) => {
  test('firstByteMs: no answer', async () => {
    const backend = await startRaw(() => undefined);
    const timeouts = { firstByteMs: 100 };
    const gateway = await startGateway(adapter, { backends: [backend.url], timeouts, retry: false });
    const sent = await send(gateway.url, { method: 'POST', body: 'x' });
    const problem = expectFailure(sent, 'first_byte_timeout');
    expect(sent.ms).toBeGreaterThan(95);
    expect(sent.ms).toBeLessThan(1_000);
    expect(problem).toMatchObject({ retryable: false, reached: 'maybe', stopped: 'disabled' });
    expect(problem['attempts']).toMatchObject([
      { phase: 'wait', limit: { limitMs: 100, source: 'configured' } },
    ]);
    await until('the connection is closed', () => backend.sockets.size === 0);
  });

  test('firstByteMs: half a head, and a 100 or 103 before it, do not help', async () => {
    const backend = await startRaw((socket) => {
      socket.write('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-');
    });
    const timeouts = { firstByteMs: 100 };
    const gateway = await startGateway(adapter, { backends: [backend.url], timeouts, retry: false });
    expectFailure(await send(gateway.url), 'first_byte_timeout');
  });

  test('firstByteMs: a GET goes to another backend', async () => {
    const silent = await startRaw(() => undefined);
    const other = await startNamed('other');
    const gateway = await startGateway(adapter, {
      backends: [silent.url, other.url],
      timeouts: { firstByteMs: 100 },
      random: () => 0,
    });
    const sent = await send(gateway.url);
    expect([sent.body.toString(), sent.headers['proxy-attempts']]).toEqual(['other', '2']);
  });

  test('deadlineMs: over all attempts', async () => {
    const silent = await startRaw(() => undefined);
    const timeouts = { firstByteMs: 300, deadlineMs: 500 };
    const gateway = await startGateway(adapter, { backends: [silent.url], timeouts });
    const sent = await send(gateway.url);
    const problem = expectFailure(sent, 'deadline_exceeded');
    expect(sent.ms).toBeGreaterThan(495);
    expect(sent.ms).toBeLessThan(2_000);
    expect(problem['stopped']).toBe('deadline');
    await until('the connection is closed', () => silent.sockets.size === 0);
  });

  test('idleMs: silence in the middle of a body breaks it off', async () => {
    const backend = await startBackend((_request, response) => void response.write('part'));
    const gateway = await startGateway(adapter, { backends: [backend.url], timeouts: { idleMs: 100 } });
    const causes: unknown[] = [];
    gateway.gateway.on('exchange', ({ cause }) => void causes.push(cause));
    const { response } = await begin(gateway.url);
    const { body, complete } = await readResponse(response);
    expect([body.toString(), complete]).toEqual(['part', false]);
    await until('the event', () => causes.length > 0);
    expect(causes).toEqual(['body_idle_timeout']);
  });

  test('idleMs: does not hold for server-sent events', async () => {
    const backend = await startBackend((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
      setTimeout(() => response.end('data: 2\n\n'), 300);
    });
    const gateway = await startGateway(adapter, { backends: [backend.url], timeouts: { idleMs: 50 } });
    const sent = await send(gateway.url);
    expect([sent.body.toString(), sent.complete]).toEqual(['data: 1\n\ndata: 2\n\n', true]);
  });

  test('requestBodyMs: the client stops sending: 408', async () => {
    const backend = await startBackend((request) => void request.resume());
    const timeouts = { requestBodyMs: 100 };
    const gateway = await startGateway(adapter, {
      backends: [backend.url],
      timeouts,
      breaker: { consecutiveFailures: 1 },
    });
    const changes: string[] = [];
    gateway.gateway.on('breaker', ({ state }) => void changes.push(state));
    const request = open(gateway.url, { method: 'POST', headers: { 'content-length': 1_000 } });
    request.write('only this');
    const response = await responseOf(request);
    const body = await readResponse(response);
    expectFailure(
      {
        ...body,
        status: response.statusCode ?? 0,
        headers: response.headers,
        rawHeaders: [],
        trailers: {},
        ms: 0,
      },
      'request_body_timeout',
      408,
    );
    expect(response.headers.connection).toBe('close');
    await until('the backend connection is closed', () => backend.sockets.size === 0);
    await until('the client connection is closed', () => gateway.sockets.size === 0);
    expect(changes).toEqual([]);
  });

  test('writeMs: a backend that does not read', async () => {
    const backend = await startRaw((socket) => void socket.pause());
    const timeouts = { writeMs: 150 };
    const gateway = await startGateway(adapter, { backends: [backend.url], timeouts });
    const request = open(gateway.url, { method: 'POST', headers: { 'content-length': 64_000_000 } });
    const chunk = Buffer.alloc(1_000_000);
    const pump = (): void => {
      while (!request.destroyed && request.write(chunk));
    };
    request.on('drain', pump);
    const answered = once(request, 'response');
    pump();
    const [response] = (await answered) as [Awaited<ReturnType<typeof responseOf>>];
    expect(response.headers['proxy-cause']).toBe('request_write_timeout');
    expect(response.statusCode).toBe(502);
    request.off('drain', pump);
    // A reader that stands still does not notice: it looks now.
    for (const socket of backend.sockets) socket.resume();
    await until('the backend connection is closed', () => backend.sockets.size === 0);
  });

  test('an upload that trickles for longer than the deadline is not cut', async () => {
    const backend = await startBackend((request, response) => {
      void readAllFrom(request).then((body) => response.end(body));
    });
    const gateway = await startGateway(adapter, { backends: [backend.url], timeouts: { deadlineMs: 100 } });
    const request = open(gateway.url, { method: 'POST' });
    const response = responseOf(request);
    for (let i = 0; i < 5; i += 1) {
      request.write(String(i));
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    request.end();
    expect((await readAllFrom(await response)).toString()).toBe('01234');
  });

  test('idleMs: a client that stops reading is let go, and nothing counts against the backend', async () => {
    const backend = await startBackend((_request, response) => {
      const pump = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', pump);
      pump();
    });
    const gateway = await startGateway(adapter, {
      backends: [backend.url],
      timeouts: { idleMs: 200 },
      breaker: { consecutiveFailures: 1, minRequests: 1, failureRate: 0.01 },
    });
    const changes: string[] = [];
    const causes: unknown[] = [];
    gateway.gateway.on('breaker', ({ state }) => void changes.push(state));
    gateway.gateway.on('exchange', ({ cause }) => void causes.push(cause));
    const { response } = await begin(gateway.url);
    response.pause();
    await until('the end', () => causes.length === 1);
    expect(causes).toEqual(['client_aborted']);
    expect(changes).toEqual([]);
    await until('the backend connection is closed', () => backend.sockets.size === 0);
  });

  test('an address that does not route is named at once', async () => {
    const gateway = await startGateway(adapter, { backends: ['http://255.255.255.255:9'], retry: false });
    const sent = await send(gateway.url);
    expect(['host_unreachable', 'destination_prohibited']).toContain(sent.headers['proxy-cause']);
    expect(sent.ms).toBeLessThan(500);
  });

  test('a host name that does not exist', async () => {
    const gateway = await startGateway(adapter, { backends: ['http://nowhere.invalid:9'], retry: false });
    const sent = await send(gateway.url);
    expect(['dns_not_found', 'dns_failed', 'dns_timeout']).toContain(sent.headers['proxy-cause']);
  });
});
