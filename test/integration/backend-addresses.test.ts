import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { listen } from '../support/live-server.ts';

describe.each(ADAPTERS)('other addresses than a name and a port, %s', (adapter) => {
  test('an IPv6 literal', async () => {
    const backend = await startNamed('six', { host: '::1' });
    const gateway = await startGateway(adapter, {
      backends: [`http://[::1]:${backend.port}`],
      headers: { host: 'backend' },
      health: { intervalMs: 100 },
    });
    expect((await send(gateway.url)).body.toString()).toBe('six');
    expect(backend.requests[0]?.headers.host).toBe(`[::1]:${backend.port}`);
  });

  test('a Unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'causeway-socket-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'backend');
    const paths: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url);
      response.end('socket');
    });
    await listen(server, { path });
    const gateway = await startGateway(adapter, {
      backends: [{ url: 'http://api.test/base', socketPath: path }],
      health: { path: '/healthz', intervalMs: 100 },
    });
    expect((await send(`${gateway.url}/x`)).body.toString()).toBe('socket');
    expect(paths).toContain('/base/x');
    expect(paths).toContain('/base/healthz');
  });
});
