import { describe, expect, test } from 'vitest';
import type { FailureReport } from 'causeway-proxy';
import { closedPort, startNamed, startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

describe.each(ADAPTERS)('errors, %s', (adapter) => {
  async function refusing(): Promise<string> {
    return `http://127.0.0.1:${await closedPort()}`;
  }

  test('status by-cause is what RFC 9209 recommends', async () => {
    const silent = await startRaw(() => undefined);
    const options = { errors: { status: 'by-cause' }, retry: false } as const;
    const timeouts = { firstByteMs: 50 };
    const slow = await startGateway(adapter, { backends: [silent.url], timeouts, ...options });
    expectFailure(await send(slow.url), 'first_byte_timeout', 504);
    const dead = await startGateway(adapter, { backends: [await refusing()], ...options });
    expectFailure(await send(dead.url), 'connection_refused', 502);
    for (let i = 0; i < 5; i += 1) await send(dead.url);
    expectFailure(await send(dead.url), 'circuit_open', 503);
  });

  test('status may be a number or a function', async () => {
    const backends = [await refusing()];
    const fixed = await startGateway(adapter, { backends, errors: { status: 503 } });
    expectFailure(await send(fixed.url), 'connection_refused', 503);
    const seen: FailureReport[] = [];
    const chosen = await startGateway(adapter, {
      backends,
      errors: { status: (report, { path }) => (seen.push(report), path === '/x' ? 599 : 200) },
    });
    expectFailure(await send(`${chosen.url}/x`), 'connection_refused', 599);
    expectFailure(await send(`${chosen.url}/y`), 'connection_refused', 502);
    expect(seen[0]?.cause).toBe('connection_refused');
  });

  test('render replaces the body, the headers stay', async () => {
    const gateway = await startGateway(adapter, {
      backends: [await refusing()],
      errors: {
        render: ({ cause }, { headers }) =>
          headers.accept === 'text/html'
            ? { contentType: 'text/html; charset=utf-8', body: `<p>${cause} é` }
            : undefined,
      },
    });
    const page = await send(gateway.url, { headers: { accept: 'text/html' } });
    expect(page.body.toString()).toBe('<p>connection_refused é');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-length']).toBe(String(page.body.length));
    expect(page.headers['proxy-cause']).toBe('connection_refused');
    expectFailure(await send(gateway.url), 'connection_refused');
  });

  test('disclose may depend on the request', async () => {
    const gateway = await startGateway(adapter, {
      backends: [await refusing()],
      errors: { disclose: ({ headers }) => (headers['x-staff'] ? 'trusted' : 'public') },
    });
    expect(expectFailure(await send(gateway.url), 'connection_refused')).not.toHaveProperty('attempts');
    const staff = await send(gateway.url, { headers: { 'x-staff': '1' } });
    expect(expectFailure(staff, 'connection_refused')).toHaveProperty('attempts');
  });

  const thrower = (): never => {
    throw new Error('secret of the hook');
  };

  test.each([
    ['errors.status', { errors: { status: thrower } }],
    ['errors.disclose', { errors: { disclose: thrower } }],
    ['errors.render', { errors: { render: thrower } }],
    ['headers.trust', { headers: { trust: thrower } }],
  ])('a function given as %s that throws is answered with a clear cause', async (_name, options) => {
    const gateway = await startGateway(
      adapter,
      { backends: [await refusing()], ...options },
      { expectErrors: true },
    );
    const sent = await send(gateway.url);
    expectFailure(sent, 'configuration_error');
    expect(sent.body.toString()).not.toContain('secret of the hook');
    expect(gateway.logs.some(({ level }) => level === 'error')).toBe(true);
  });

  test.each([
    ['nothing of use', { nonsense: true }],
    ['a promise', Promise.resolve({ contentType: 'text/plain', body: 'x' })],
    ['a body that is no text', { contentType: 'text/plain', body: 42 }],
    ['a header that cannot be sent', { contentType: 'text/plain\r\nX-Evil: 1', body: 'x' }],
  ])('a render that returns %s still gets the client an answer', async (_name, rendered) => {
    const gateway = await startGateway(
      adapter,
      { backends: [await refusing()], errors: { render: () => rendered as never } },
      { expectErrors: true },
    );
    const sent = await send(gateway.url);
    expect(sent.status).toBe(502);
    expect(sent.headers['proxy-cause']).toMatch(/^(configuration_error|connection_refused)$/);
  });

  test('a listener that throws changes nothing', async () => {
    const backend = await startNamed('fine');
    const gateway = await startGateway(adapter, { backends: [backend.url] }, { expectErrors: true });
    for (const name of ['exchange', 'attempt'] as const) gateway.gateway.on(name, thrower);
    expect((await send(gateway.url)).body.toString()).toBe('fine');
    expect(gateway.logs.map(({ message }) => message)).toContain('an event listener threw');
  });
});
