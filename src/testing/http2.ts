import {
  createSecureServer,
  createServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Place } from './definition.ts';
import type { Scene } from './scene.ts';
import { listenSecurely, makeCredentials } from './secure.ts';

/** Called with each request whose head has arrived. */
export type OnStream = (stream: ServerHttp2Stream) => void;

/** A server that speaks HTTP/2 alone, without TLS, to clients that know it. */
export async function startHttp2(
  scene: Scene,
  onStream: OnStream,
  onSession: (session: ServerHttp2Session) => void = ignore,
): Promise<Place> {
  const server = createServer();
  server.on('session', keep).on('session', onSession);
  server.on('stream', (stream, headers) => {
    stream.on('error', ignore).resume();
    scene.record({ method: String(headers[':method']), url: String(headers[':path']), headers });
    onStream(stream);
  });
  return { url: `http://127.0.0.1:${await scene.listen(server)}`, protocol: 'h2' };
}

/** The same within TLS, to clients that agree to it in the handshake. */
export async function startSecureHttp2(scene: Scene): Promise<Place> {
  const { ca, cert, key } = await makeCredentials((make) => {
    const authority = make('Authority', { isAuthority: true });
    return { ...make('backend.test', { issuer: authority }), ca: authority.cert };
  });
  const server = createSecureServer({ cert, key });
  server.on('session', keep);
  return { url: `https://127.0.0.1:${await listenSecurely(scene, server)}`, tls: { ca } };
}

/** A client that speaks something else is no error here. */
function keep(session: ServerHttp2Session): void {
  session.on('error', ignore);
}

function ignore(): void {}
