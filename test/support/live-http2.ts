import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { listen, type Listening } from './live-server.ts';

export type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

export interface Http2Backend extends Listening {
  readonly url: string;
  /** Heads of the requests that arrived. */
  readonly requests: IncomingHttpHeaders[];
  readonly sessions: Set<ServerHttp2Session>;
  readonly sessionsSeen: () => number;
  /** CA to verify it with, under TLS. */
  readonly ca: Buffer | undefined;
}

/** An HTTP/2 backend without TLS, by prior knowledge. */
export function startHttp2(onStream: OnStream): Promise<Http2Backend> {
  return start(createServer(), onStream, 'http', undefined);
}

/** An HTTP/2 backend behind TLS; HTTP/1.1 as well where that is allowed. */
export function startSecureHttp2(onStream: OnStream, allowHTTP1 = false): Promise<Http2Backend> {
  const { key, cert } = makeCertificate();
  return start(
    createSecureServer({ key, cert, allowHTTP1 }) as unknown as Http2Server,
    onStream,
    'https',
    cert,
  );
}

async function start(
  server: Http2Server,
  onStream: OnStream,
  scheme: string,
  ca: Buffer | undefined,
): Promise<Http2Backend> {
  const requests: IncomingHttpHeaders[] = [];
  const sessions = new Set<ServerHttp2Session>();
  let seen = 0;
  server.on('session', (session) => {
    seen += 1;
    sessions.add(session);
    session.on('error', () => undefined).on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    requests.push(headers);
    stream.on('error', () => undefined);
    onStream(stream, headers);
  });
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
  });
  const listening = await listen(server as never);
  const url = `${scheme}://127.0.0.1:${listening.port}`;
  return { ...listening, url, requests, sessions, sessionsSeen: () => seen, ca };
}

/** For a server under these names, in OpenSSL's spelling. */
export function makeCertificate(names = 'IP:127.0.0.1'): { readonly key: Buffer; readonly cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-h2-'));
  try {
    const [key, cert] = [join(folder, 'key'), join(folder, 'crt')];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const subject = ['-subj', '/CN=backend', '-addext', `subjectAltName=${names}`];
    execFileSync('openssl', ['req', '-x509', ...curve, '-keyout', key, '-out', cert, ...subject], {
      stdio: 'pipe',
    });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
