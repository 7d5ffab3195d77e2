import { createServer } from 'node:https';
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { startNamed, startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { listen } from '../support/live-server.ts';
import { expectFailure } from '../support/live-problem.ts';

/** Without a certificate it answers each handshake with an alert: still, it is TLS. */
async function startTlsOnly(): Promise<{ readonly url: string; readonly handshakes: () => number }> {
  let handshakes = 0;
  const server = createServer({
    key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }),
  });
  server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_SSL_HTTP_REQUEST') handshakes += 1;
  });
  const { port } = await listen(server);
  return { url: `http://127.0.0.1:${port}`, handshakes: () => handshakes };
}

describe.each(ADAPTERS)('an http:// URL whose port speaks TLS, %s', (adapter) => {
  test('is named, after one handshake for all requests', async () => {
    const backend = await startTlsOnly();
    const gateway = await startGateway(adapter, { backends: [backend.url], breaker: false });
    for (let i = 0; i < 5; i += 1) {
      const problem = expectFailure(await send(gateway.url), 'plaintext_on_tls_port');
      expect(problem['remedy']).toContain('use https://');
    }
    expect(backend.handshakes()).toBe(1);
  });

  test('a POST is not repeated: what closed without a word may have read it', async () => {
    const backend = await startTlsOnly();
    const other = await startNamed('other');
    const gateway = await startGateway(adapter, { backends: [backend.url, other.url], random: () => 0 });
    const problem = expectFailure(
      await send(gateway.url, { method: 'POST', body: 'x' }),
      'plaintext_on_tls_port',
    );
    expect(problem).toMatchObject({ reached: 'maybe', retryable: false, stopped: 'method_not_idempotent' });
    expect((await send(gateway.url)).body.toString()).toBe('other');
  });

  test('a backend that merely crashes is asked once, and keeps its cause', async () => {
    const backend = await startRaw((socket) => socket.destroy());
    const gateway = await startGateway(adapter, { backends: [backend.url], breaker: false, retry: false });
    for (let i = 0; i < 5; i += 1) expectFailure(await send(gateway.url), 'closed_before_response');
    expect(backend.received.filter((bytes) => bytes.startsWith('\x16\x03'))).toHaveLength(1);
  });
});
