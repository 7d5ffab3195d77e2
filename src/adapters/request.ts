import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { requestId } from '../engine/request-id.ts';
import type { ProxyRequest } from '../engine/types.ts';

/** The client's request as the engine and every function option see it. Reads through; copies nothing. */
export class HttpRequest implements ProxyRequest {
  readonly id: string;
  readonly path: string;
  readonly #message: IncomingMessage;

  constructor(message: IncomingMessage, path: string) {
    this.id = requestId(message.headers['x-request-id']);
    this.path = path;
    this.#message = message;
  }

  get method(): string {
    return this.#message.method ?? 'GET';
  }

  get headers(): ProxyRequest['headers'] {
    return this.#message.headers;
  }

  /** A dual-stack listener sees an IPv4 peer as `::ffff:10.0.0.1`: the same address, in a spelling that no rule expects. */
  get remoteAddress(): string | undefined {
    const address = this.#message.socket.remoteAddress;
    return address?.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
  }

  get encrypted(): boolean {
    return (this.#message.socket as Partial<TLSSocket>).encrypted === true;
  }
}

export interface RequestTarget {
  readonly path: string;
  /** Of an absolute-form target: it outranks the Host header (RFC 9112 section 3.2.2). */
  readonly authority: string | undefined;
}

/** A host is required, and user information is not allowed (RFC 9110 sections 4.2.1 and 4.2.4). */
const ABSOLUTE = /^https?:\/\/([^/?#@:][^/?#@]*)([/?].*)?$/i;

/** Never through `new URL(target, base)`: `//other.host/x` would change the host. */
export function parseTarget({ url = '/', method }: IncomingMessage): RequestTarget {
  const absolute = url.startsWith('/') ? null : ABSOLUTE.exec(url);
  if (!absolute) return { path: url, authority: undefined };
  const [, authority, rest = ''] = absolute;
  // RFC 9112 section 3.2.4.
  if (rest === '' && method === 'OPTIONS') return { path: '*', authority };
  return { path: rest.startsWith('/') ? rest : `/${rest}`, authority };
}
