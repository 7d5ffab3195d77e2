// When a connection that had been used was being made anew, and the client left, the handshake went on without it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { open, send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { listen, type Listening } from '../support/live-server.ts';

let folder: string;
let ca: Buffer;
let secureContext: SecureContext;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-reconnect-'));
  const [key, cert] = [join(folder, 'a.key'), join(folder, 'a.crt')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const subject = ['-subj', '/CN=a', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], {
    stdio: 'pipe',
  });
  ca = readFileSync(cert);
  secureContext = createSecureContext({ key: readFileSync(key), cert: ca });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Answers on its first connection; the others never finish their handshake. */
function startForgetful(): Promise<Listening> {
  const http = createHttp((_request, response) => response.setHeader('Connection', 'close').end('a'));
  let connections = 0;
  return listen(
    createTcp((socket) => {
      socket.on('error', () => undefined);
      connections += 1;
      if (connections > 1) return void socket.resume();
      http.emit(
        'connection',
        new TLSSocket(socket, { isServer: true, secureContext }).on('error', () => undefined),
      );
    }),
  );
}

test('the connection to the backend is given up', async () => {
  const backend = await startForgetful();
  const gateway = await startGateway('node', {
    backends: [{ url: `https://127.0.0.1:${backend.port}`, tls: { ca } }],
    timeouts: { connectMs: 30_000 },
  });
  expect((await send(gateway.url)).body.toString()).toBe('a');
  await until('the first connection is gone', () => backend.sockets.size === 0);
  const request = open(gateway.url);
  request.end();
  await until('the second one is being made', () => backend.accepted() === 2);
  request.destroy();
  await until('it is given up', () => backend.sockets.size === 0, 1_000);
});
