import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { TLSSocket, TlsOptions } from 'node:tls';
import type { TargetTls } from 'causeway-proxy';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Issuer, makeCertificate } from '../../src/testing/certificates.ts';
import { flush } from '../support/fake-clock.ts';
import { send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';
import { listen } from '../support/live-server.ts';

interface Secure {
  readonly url: string;
  readonly server: Server;
  readonly accepted: () => number;
  /** Ends the connections there are: the next request needs a new one. */
  readonly hangUp: () => Promise<void>;
}

function authority(name: string): Issuer {
  return makeCertificate(name, { isAuthority: true });
}

/** An https server that says who the client is, by its certificate. */
async function startSecure(issuer: Issuer, options: TlsOptions = {}): Promise<Secure> {
  const { cert, key } = makeCertificate('backend', { issuer });
  const server = createServer({ cert, key, ...options }, (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    response.end(`hello ${String(subject?.CN ?? 'stranger')}`);
  });
  server.on('tlsClientError', (_error, socket) => void socket.destroy());
  const { port, accepted, sockets } = await listen(server);
  const hangUp = async (): Promise<void> => {
    const closed = [...sockets].map((socket) => once(socket, 'close'));
    server.closeAllConnections();
    await Promise.all(closed);
  };
  return { url: `https://127.0.0.1:${port}`, server, accepted, hangUp };
}

describe.each(ADAPTERS)('certificates that a function gives, %s', (adapter) => {
  test('are renewed without a restart, and read for new connections alone', async () => {
    const [old, fresh] = [authority('Old'), authority('Fresh')];
    const { url, server, accepted, hangUp } = await startSecure(old);
    let [ca, reads] = [old.cert, 0];
    const tls = (): TargetTls => {
      reads += 1;
      return { ca };
    };
    const gateway = await startGateway(adapter, { backends: [{ url, tls }] });
    for (let i = 0; i < 5; i += 1) expect((await send(gateway.url)).status).toBe(200);
    expect([reads, accepted()]).toEqual([1, 1]);
    const renewed = makeCertificate('backend', { issuer: fresh });
    server.setSecureContext({ cert: renewed.cert, key: renewed.key });
    await hangUp();
    expectFailure(await send(gateway.url), 'tls_certificate_untrusted');
    ca = fresh.cert;
    expect((await send(gateway.url)).status).toBe(200);
  });

  test('a function that throws: configuration_error, one line in the log, and it may recover', async () => {
    const ca = authority('A');
    const { url, accepted } = await startSecure(ca);
    let isBroken = true;
    const tls = (): TargetTls => {
      if (isBroken) throw new Error('the vault is sealed');
      return { ca: ca.cert };
    };
    const gateway = await startGateway(adapter, { backends: [{ url, tls }] }, { expectErrors: true });
    const problem = expectFailure(await send(gateway.url), 'configuration_error');
    expect(problem).toMatchObject({ reached: 'no', attempts: [{ phase: 'tls' }] });
    expect(problem['remedy']).toContain('backends[].tls');
    expect(gateway.logs).toMatchObject([
      { level: 'error', details: { cause: 'configuration_error', err: { hook: 'backends[].tls' } } },
    ]);
    expect([accepted(), gateway.gateway.backends.list()[0]?.state]).toEqual([0, 'available']);
    isBroken = false;
    expect((await send(gateway.url)).status).toBe(200);
  });
});

test('trust that is withdrawn holds for the next connection: no session of before is resumed', async () => {
  const [first, second] = [authority('First'), authority('Second')];
  const { url, server, hangUp } = await startSecure(first);
  let resumed = 0;
  server.on('secureConnection', (socket) => (resumed += socket.isSessionReused() ? 1 : 0));
  let ca = first.cert;
  const gateway = await startGateway('node', { backends: [{ url, tls: () => ({ ca }) }] });
  for (const expected of [0, 1, 2]) {
    expect((await send(gateway.url)).status).toBe(200);
    expect(resumed).toBe(expected);
    await hangUp();
  }
  ca = second.cert;
  expectFailure(await send(gateway.url), 'tls_certificate_untrusted');
  expect(resumed).toBe(2);
});

test('a client certificate is renewed', async () => {
  const ca = authority('A');
  const { url, hangUp } = await startSecure(ca, { ca: ca.cert, requestCert: true, rejectUnauthorized: true });
  const pair = (name: string) => makeCertificate(name, { issuer: ca });
  // Changed in place, as a file watcher would.
  const tls = { ca: ca.cert, cert: '', key: '' };
  const gateway = await startGateway('node', { backends: [{ url, tls: () => tls }] });
  for (const name of ['first', 'second']) {
    const { cert, key } = pair(name);
    Object.assign(tls, { cert, key });
    expect((await send(gateway.url)).body.toString()).toBe(`hello ${name}`);
    await hangUp();
  }
});

test.each<[string, () => unknown]>([
  ['a promise', () => Promise.resolve({})],
  ['a promise that is rejected', () => Promise.reject(new Error('oops'))],
  ['nothing', () => undefined],
  ['verification switched off', () => ({ rejectUnauthorized: false })],
  ['a check of its own', () => ({ checkServerIdentity: () => undefined })],
  ['an old version', () => ({ minVersion: 'TLSv1' })],
  ['an empty name', () => ({ servername: '' })],
  ['half a certificate', () => ({ cert: '-----BEGIN CERTIFICATE-----\nMII' })],
  ['a number', () => ({ ca: 5 })],
])('a function that gives %s', async (_what, tls) => {
  const unhandled: unknown[] = [];
  const listener = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', listener);
  onTestFinished(() => void process.off('unhandledRejection', listener));
  const { url, accepted } = await startSecure(authority('A'));
  const backends = [{ url, tls: tls as () => TargetTls }];
  const gateway = await startGateway('node', { backends }, { expectErrors: true });
  expectFailure(await send(gateway.url), 'configuration_error');
  await flush();
  expect([accepted(), unhandled]).toEqual([0, []]);
  expect(gateway.logs).toHaveLength(1);
});

test('a health check says why it cannot be made', async () => {
  const { url } = await startSecure(authority('A'));
  const tls = (): never => {
    throw new Error('oops');
  };
  const gateway = await startGateway('node', { backends: [{ url, tls }], health: { fall: 1 } });
  await until('a failed check', () => gateway.gateway.backends.list()[0]?.state === 'down');
  expect(gateway.gateway.backends.list()).toMatchObject([{ cause: 'configuration_error' }]);
});

describe('what cannot be lowered', () => {
  test('minVersion: an older server is refused', async () => {
    const ca = authority('A');
    const { url } = await startSecure(ca, { maxVersion: 'TLSv1.2' });
    const gateway = (tls: TargetTls) => startGateway('node', { backends: [{ url, tls }] });
    expect((await send((await gateway({ ca: ca.cert })).url)).status).toBe(200);
    const strict = await gateway({ ca: ca.cert, minVersion: 'TLSv1.3' });
    expectFailure(await send(strict.url), 'tls_handshake_failed');
  });

  test('TLS 1.1 is refused by default', async () => {
    const ca = authority('A');
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    const { url } = await startSecure(ca, old);
    const gateway = await startGateway('node', { backends: [{ url, tls: { ca: ca.cert } }] });
    expectFailure(await send(gateway.url), 'tls_handshake_failed');
  });
});
