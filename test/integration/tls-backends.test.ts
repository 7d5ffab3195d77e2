import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRequestListener } from 'causeway-proxy/node';
import { startNamed, startRaw } from '../support/live-backend.ts';
import { readRaw, send } from '../support/live-client.ts';
import { ADAPTERS, makeGateway, startGateway } from '../support/live-gateway.ts';
import { listen } from '../support/live-server.ts';
import { expectFailure } from '../support/live-problem.ts';

interface Pair {
  readonly key: Buffer;
  readonly cert: Buffer;
}

let folder: string;
let good: Pair;
let elsewhere: Pair;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'causeway-tls-'));
  good = makeCertificate('good', 'IP:127.0.0.1,DNS:localhost');
  elsewhere = makeCertificate('elsewhere', 'DNS:elsewhere.example');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function makeCertificate(name: string, names: string): Pair {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`, '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], {
    stdio: 'pipe',
  });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

async function startSecure(pair: Pair): Promise<{ readonly url: string; readonly port: number }> {
  const server = createServer(pair, (_request, response) => response.end('secure'));
  const { port } = await listen(server);
  return { url: `https://127.0.0.1:${port}`, port };
}

describe.each(ADAPTERS)('https backends, %s', (adapter) => {
  test('a certificate that nobody vouches for is refused; with its CA it works', async () => {
    const { url } = await startSecure(good);
    const wary = await startGateway(adapter, { backends: [url] });
    const problem = expectFailure(
      await send(wary.url, { method: 'POST', body: 'x' }),
      'tls_certificate_untrusted',
    );
    expect(problem).toMatchObject({ reached: 'no', retryable: true, group: 'misconfiguration' });
    const trusting = await startGateway(adapter, { backends: [{ url, tls: { ca: good.cert } }] });
    for (let i = 0; i < 3; i += 1) {
      const sent = await send(trusting.url, { headers: { host: 'shop.example' } });
      expect(sent.body.toString()).toBe('secure');
    }
  });

  test('a certificate for another name', async () => {
    const { url } = await startSecure(elsewhere);
    const gateway = await startGateway(adapter, { backends: [{ url, tls: { ca: elsewhere.cert } }] });
    expectFailure(await send(gateway.url), 'tls_name_mismatch');
    const tls = { ca: elsewhere.cert, servername: 'elsewhere.example' };
    const named = await startGateway(adapter, { backends: [{ url, tls }] });
    expect((await send(named.url)).body.toString()).toBe('secure');
  });

  test('https to a plain port, and http to a TLS port', async () => {
    const plain = await startNamed('plain');
    const mistaken = await startGateway(adapter, { backends: [plain.url.replace('http:', 'https:')] });
    expectFailure(await send(mistaken.url, { method: 'POST', body: 'x' }), 'tls_on_plaintext_port');
    const { port } = await startSecure(good);
    const opposite = await startGateway(adapter, { backends: [`http://127.0.0.1:${port}`], retry: false });
    const sent = await send(opposite.url);
    expect(['plaintext_on_tls_port', 'closed_before_response']).toContain(sent.headers['proxy-cause']);
  });

  test('a handshake that does not end', async () => {
    const silent = await startRaw(() => undefined);
    const gateway = await startGateway(adapter, {
      backends: [silent.url.replace('http:', 'https:')],
      timeouts: { connectMs: 100 },
      retry: false,
    });
    const problem = expectFailure(await send(gateway.url), 'tls_handshake_timeout');
    expect(problem['attempts']).toMatchObject([{ phase: 'tls' }]);
  });

  test('a connection that closes within the handshake', async () => {
    const closing = await listen((await import('node:net')).createServer((socket) => void socket.end()));
    const gateway = await startGateway(adapter, {
      backends: [`https://127.0.0.1:${closing.port}`],
      retry: false,
    });
    expectFailure(await send(gateway.url), 'tls_handshake_failed');
  });
});

test('an https gateway breaks off towards an HTTP/1.0 client, and lives on', { timeout: 5_000 }, async () => {
  const part = 'x'.repeat(1_000);
  const backend = await startRaw((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n${part}`);
  });
  const { gateway } = makeGateway({ backends: [backend.url] });
  const listener = createRequestListener(gateway);
  const { port } = await listen(createServer(good, (request, response) => void listener(request, response)));
  const client = connectTls({ host: '127.0.0.1', port, ca: good.cert });
  client.write('GET / HTTP/1.0\r\nHost: a\r\n\r\n');
  const reply = readRaw(client);
  client.once('data', () => {
    for (const socket of backend.sockets) socket.destroy();
  });
  expect((await reply).text).toContain('200 OK');
});
