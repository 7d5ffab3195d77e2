import { describe, expect, it } from 'vitest';
import { DEAD_BACKEND, echo, startBackend } from './support/backend.ts';
import { startExample } from './support/example.ts';

const LIMIT_MS = 5_000;

const starters = [
  { file: 'express.ts', path: '/api/orders', forwarded: '/orders' },
  { file: 'koa.ts', path: '/orders', forwarded: '/orders' },
  { file: 'node.ts', path: '/orders', forwarded: '/orders' },
];

describe.each(starters)('$file', ({ file, path, forwarded }) => {
  it('forwards past a dead backend, and ends on SIGTERM', async () => {
    const { program, address } = await startExample(file, [DEAD_BACKEND, await startBackend(echo)]);
    for (const method of ['GET', 'POST', 'GET', 'POST']) {
      const response = await get(`${address}${path}`, { method });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe(`${method} ${forwarded}`);
    }
    program.signal('SIGTERM');
    expect(await program.exitCode()).toBe(0);
    expect(program.errors).toBe('');
  });

  it('answers 502 with the cause when every backend is dead', async () => {
    const { address } = await startExample(file, [DEAD_BACKEND]);
    const response = await get(`${address}${path}`);
    expect(response.status).toBe(502);
    expect(response.headers.get('proxy-cause')).toBe('connection_refused');
    expect(await response.json()).toMatchObject({ cause: 'connection_refused', retryable: true });
  });
});

describe('shared-gateway.ts', () => {
  it('gives each route its own limits, and logs each exchange', async () => {
    const silent = await startBackend(() => undefined);
    const { program, address } = await startExample('shared-gateway.ts', [silent]);
    const search = await get(`${address}/search`);
    expect(search.status).toBe(502);
    expect(search.headers.get('proxy-cause')).toBe('first_byte_timeout');
    await program.waitFor(/exchange \{[^}]*cause: 'first_byte_timeout'/);
  });

  it('never sends a report twice', async () => {
    let requests = 0;
    const resetting = await startBackend((request) => {
      requests += 1;
      request.socket.resetAndDestroy();
    });
    const { address } = await startExample('shared-gateway.ts', [resetting]);
    expect((await get(`${address}/reports`)).headers.get('proxy-attempts')).toBe('1');
    expect(requests).toBe(1);
  });

  it('logs that a breaker opened', async () => {
    const { program, address } = await startExample('shared-gateway.ts', [DEAD_BACKEND]);
    for (let sent = 0; sent < 5; sent += 1) await get(`${address}/reports`);
    await program.waitFor(/breaker \{[^}]*state: 'open'[^}]*cause: 'connection_refused'/);
  });
});

describe('error-pages.ts', () => {
  it("answers a failure with the app's own page, and keeps the cause headers", async () => {
    const { address } = await startExample('error-pages.ts', [DEAD_BACKEND]);
    const response = await get(`${address}/shop`, { headers: { 'x-request-id': 'order-17' } });
    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(response.headers.get('proxy-cause')).toBe('connection_refused');
    const page = await response.text();
    expect(page).toContain('The backend refused the connection. It is safe to try again.');
    expect(page).toContain('<code>order-17</code>');
  });

  it('passes a success through', async () => {
    const { address } = await startExample('error-pages.ts', [await startBackend(echo)]);
    expect(await (await get(`${address}/shop/cart`)).text()).toBe('GET /cart');
  });
});

function get(url: string, options: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...options, signal: AbortSignal.timeout(LIMIT_MS) });
}
