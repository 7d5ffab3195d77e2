import { createServer } from 'node:https';
import type { TLSSocket, TlsOptions } from 'node:tls';
import type { Options } from 'http-proxy-middleware';
import { expect, test } from 'vitest';
import { makeCertificate } from '../../src/testing/certificates.ts';
import { send } from '../support/live-client.ts';
import { middlewareOf, PACKAGES, serveListener } from '../support/live-compatible.ts';
import { listen } from '../support/live-server.ts';

async function startSecure(options: TlsOptions = {}): Promise<{ url: string; ca: string }> {
  const ca = makeCertificate('Authority', { isAuthority: true });
  const server = createServer(
    { ...makeCertificate('backend', { issuer: ca }), ...options },
    (request, response) => {
      const socket = request.socket as TLSSocket;
      const { subject } = socket.getPeerCertificate();
      response.end(`${socket.getProtocol()} ${String(subject?.CN ?? 'stranger')}`);
    },
  );
  server.on('tlsClientError', (_error, socket) => void socket.destroy());
  const { port } = await listen(server);
  return { url: `https://127.0.0.1:${port}`, ca: ca.cert };
}

test.each(PACKAGES)('options of http-proxy-middleware about TLS, in %s package', async (whose) => {
  const asked = async (options: Options): Promise<string | number> => {
    const middleware = middlewareOf(whose, options);
    const { url } = await serveListener((request, response) => void middleware(request, response));
    const { status, body } = await send(url);
    return status === 200 ? body.toString() : status;
  };
  const { url, ca } = await startSecure();
  const failed = expect.any(Number) as number;
  expect(await asked({ target: url })).toEqual(failed);
  expect(await asked({ target: url, secure: true })).toEqual(failed);
  expect(await asked({ target: url, secure: false })).toBe('TLSv1.3 stranger');
  expect(await asked({ target: url, ssl: { ca } })).toBe('TLSv1.3 stranger');
  expect(await asked({ target: url, ssl: { ca, maxVersion: 'TLSv1.2' } })).toBe('TLSv1.2 stranger');
  expect(await asked({ target: url, ssl: { ca, secureProtocol: 'TLSv1_2_method' } })).toBe(
    'TLSv1.2 stranger',
  );
  expect(await asked({ target: url, ssl: { ca, minVersion: 'TLSv1.3' } })).toBe('TLSv1.3 stranger');
});

test.each(PACKAGES)('a key with a passphrase, in %s package', async (whose) => {
  const clients = makeCertificate('Clients', { isAuthority: true });
  const { cert, privateKey } = makeCertificate('someone', { issuer: clients });
  const { url, ca } = await startSecure({ ca: clients.cert, requestCert: true });
  const key = privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-128-cbc',
    passphrase: 'secret',
  });
  const ssl = { ca, cert, key: key.toString(), passphrase: 'secret' };
  const middleware = middlewareOf(whose, { target: url, ssl });
  const app = await serveListener((request, response) => void middleware(request, response));
  expect((await send(app.url)).body.toString()).toBe('TLSv1.3 someone');
});
