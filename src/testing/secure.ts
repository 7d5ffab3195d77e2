import type { Server } from 'node:net';
import type { TLSSocket, TlsOptions } from 'node:tls';
import { createServer as createHttps } from 'node:https';
import type { CertificateWishes, makeCertificate, Pair } from './certificates.ts';
import type { Place } from './definition.ts';
import type { Scene } from './scene.ts';

type Start = (scene: Scene) => Promise<Place>;

/** What a backend presents, and the authority that a gateway is given, if any. */
export interface Credentials extends Pair {
  readonly ca?: string;
}

export type MakeCredentials<Made extends Credentials = Credentials> = (make: typeof makeCertificate) => Made;

/** A real HTTPS server with a certificate of such a kind, from an authority that the gateway is given. */
export function presenting(wishes: CertificateWishes, options: TlsOptions = {}): Start {
  return withCredentials((make) => {
    const authority = make('Authority', { isAuthority: true });
    const { cert, key } = make('backend.test', { ...wishes, issuer: authority });
    return { cert, key, ca: authority.cert };
  }, options);
}

/** A real HTTPS server that answers: what fails is the way there. */
export function withCredentials(credentials: MakeCredentials, options: TlsOptions = {}): Start {
  return async (scene) => {
    const { cert, key, ca } = await makeCredentials(credentials);
    const server = createHttps({ ...options, cert, key }, (request, response) => {
      scene.record(request);
      response.end('ok');
    });
    const url = `https://127.0.0.1:${await listenSecurely(scene, server)}`;
    return ca === undefined ? { url } : { url, tls: { ca } };
  };
}

/** Loads what makes certificates only where some are needed. */
export async function makeCredentials<Made extends Credentials>(
  credentials: MakeCredentials<Made>,
): Promise<Made> {
  const { makeCertificate } = await import('./certificates.ts');
  return credentials(makeCertificate);
}

/** Handshakes that fail are what is wanted here. */
export function listenSecurely(scene: Scene, server: Server): Promise<number> {
  server.on('tlsClientError', (_error: Error, socket: TLSSocket) => void socket.destroy());
  server.on('secureConnection', (socket: TLSSocket) => scene.keep(socket));
  return scene.listen(server);
}

/** The same port under an https URL, or under an http one. */
export function asHttps({ url, ...rest }: Place): Place {
  return { ...rest, url: url.replace(/^http:/, 'https:') };
}

export function asHttp({ url }: Place): Place {
  return { url: url.replace(/^https:/, 'http:') };
}
