import { describe, expect, test } from 'vitest';
import { startNamed, startRaw } from '../support/live-backend.ts';
import { send, sendRaw } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

const UPGRADE = [
  'GET /chat HTTP/1.1',
  'Host: a',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'X-Request-Id: ws-1',
  '\r\n',
].join('\r\n');

describe.each(ADAPTERS)('upgrades, %s', (adapter) => {
  test('are answered with a clean 502 for now', async () => {
    const backend = await startNamed('x');
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const { text, reset } = await sendRaw(gateway.port, UPGRADE);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    expect(head).toContain('Proxy-Cause: upgrade_failed');
    expect(head).toContain('X-Request-Id: ws-1');
    expect(head).toContain('Connection: close');
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
    expect(JSON.parse(body)).toMatchObject({ cause: 'upgrade_failed', requestId: 'ws-1', attemptCount: 0 });
    expect(reset).toBe(false);
    expect(backend.requests).toHaveLength(0);
  });

  test('that nobody asked for are a failure of the backend', async () => {
    const backend = await startRaw((socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    });
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    expectFailure(await send(gateway.url), 'upgrade_failed');
  });
});
