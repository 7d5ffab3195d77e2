import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Clock, Timer } from '../engine/clock.ts';
import type { Destinations } from '../engine/destinations.ts';
import type { Phase, Target } from '../engine/types.ts';
import { NO_HTTP2 } from '../failure/http2-cause.ts';
import { allowedOf, refuseTarget } from './allowed.ts';
import { ConnectError } from './connect-error.ts';
import { type TlsMaterials, tlsMaterial } from './tls-material.ts';

export interface ConnectOptions {
  readonly target: Target;
  readonly limitMs: number;
  readonly lookup: LookupFunction;
  /** Which addresses may be connected to; undefined: any. Named wherever something dials, lest one forgets. */
  readonly destinations: Destinations | undefined;
  readonly clock: Clock;
  /** Shared by connections that may resume one another's TLS sessions. */
  readonly materials?: TlsMaterials;
  readonly onPhase?: (phase: Phase) => void;
  /** Nobody waits for it: it keeps no process alive. */
  readonly isBackground?: boolean;
}

/** Called exactly once. On success synchronously with the event, so that no byte or error is missed. */
export type ConnectCallback = (error: ConnectError | null, socket: Socket | null) => void;

export interface Connecting {
  /** Gives up. The callback gets the reason, unless it was called already. */
  abort(reason: unknown): void;
}

/** Opens a connection and knows at each moment what it is waiting for: DNS, TCP or TLS. */
export function connect(options: ConnectOptions, callback: ConnectCallback): Connecting {
  return new Connection(options, callback);
}

class Connection implements Connecting {
  readonly #options: ConnectOptions;
  readonly #callback: ConnectCallback;
  readonly #socket: Socket | undefined;
  #timer: Timer | undefined;
  #phase: Phase = 'connect';
  #done = false;

  constructor(options: ConnectOptions, callback: ConnectCallback) {
    this.#options = options;
    this.#callback = callback;
    const { target, limitMs, clock } = options;
    this.#enter(!target.socketPath && isIP(hostOf(target)) === 0 ? 'dns' : 'connect');
    const refusal = options.destinations && refuseTarget(options.destinations, target);
    if (refusal) {
      this.#fail(refusal);
      return;
    }
    try {
      this.#socket = this.#open();
    } catch (error) {
      // Bad certificates and keys throw here.
      this.#enter('tls');
      this.#fail(error);
      return;
    }
    this.#timer = clock.after(limitMs, () => this.#fail(undefined, true));
    if (options.isBackground) this.#socket.unref();
    this.#socket.on('error', this.#onError).on('close', this.#onClose);
  }

  abort(reason: unknown): void {
    this.#fail(reason);
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#options.onPhase?.(phase);
  }

  #open(): Socket {
    const { target } = this.#options;
    const address = target.socketPath
      ? { path: target.socketPath }
      : { host: hostOf(target), port: target.port, lookup: this.#lookup };
    const { localAddress } = target;
    const common = {
      ...address,
      ...(localAddress !== undefined && { localAddress }),
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 60_000,
    };
    if (target.protocol === 'http:') return connectTcp(common, this.#succeed);
    const { materials } = this.#options;
    const material = materials?.of(target) ?? tlsMaterial(target);
    const { secureContext, session, tls } = material;
    const socket = connectTls({
      ...common,
      secureContext,
      servername: tls.servername ?? (isIP(target.hostname) ? '' : target.hostname),
      ALPNProtocols: [...target.alpn],
      // Else an environment variable could switch it off. Only options of http-proxy-middleware may.
      rejectUnauthorized: tls.rejectUnauthorized ?? true,
      ...(session && { session }),
    });
    if (materials) socket.on('session', (fresh) => (material.session = fresh));
    return socket.once('connect', this.#startTls).once('secureConnect', this.#succeed);
  }

  readonly #lookup: LookupFunction = (hostname, options, callback) => {
    const { destinations, target, lookup } = this.#options;
    lookup(hostname, options, (error, address, family) => {
      if (!error && !this.#done) this.#enter('connect');
      if (error || !destinations) return callback(error, address, family);
      const allowed = allowedOf(destinations, target, address);
      if (allowed instanceof Error) callback(allowed, []);
      else callback(null, allowed, family);
    });
  };

  readonly #startTls = (): void => {
    const loop = this.#socket && toItself(this.#socket);
    if (loop) return this.#fail(loop);
    this.#enter('tls');
  };

  readonly #succeed = (): void => {
    const reason =
      this.#socket && (toItself(this.#socket) ?? agreeOnVersion(this.#socket, this.#options.target));
    if (reason) return this.#fail(reason);
    const socket = this.#finish();
    if (!socket) return;
    socket.off('error', this.#onError).off('close', this.#onClose);
    this.#callback(null, socket);
  };

  readonly #onError = (error: Error): void => this.#fail(error);

  readonly #onClose = (): void => this.#fail(new Error('closed before the connection was ready'));

  /** The error listener stays on a socket that failed: what it says later must not end the process. */
  #fail(reason: unknown, timedOut = false): void {
    if (this.#done) return;
    this.#finish()?.destroy();
    this.#callback(new ConnectError(this.#phase, reason, timedOut), null);
  }

  #finish(): Socket | undefined {
    if (this.#done) return undefined;
    this.#done = true;
    this.#timer?.cancel();
    return this.#socket;
  }
}

function hostOf({ address, hostname }: Target): string {
  return address ?? hostname;
}

/**
 * Where nobody listens on a port of the ephemeral range, the kernel may choose this very port for our own end:
 * TCP's simultaneous open then connects the socket with itself, and it reads back what it wrote. Nobody listens.
 */
function toItself({ localPort, remotePort, localAddress, remoteAddress }: Socket): Error | undefined {
  if (localPort === undefined || localPort !== remotePort || localAddress !== remoteAddress) return undefined;
  const message = `connect ECONNREFUSED ${remoteAddress}:${remotePort} (connected to itself)`;
  return Object.assign(new Error(message), { code: 'ECONNREFUSED', syscall: 'connect' });
}

/** HTTP/2 alone is wanted, and nothing else will do. Without TLS both sides just know (RFC 9113 section 3.3). */
function agreeOnVersion(
  socket: Socket & { alpnProtocol?: unknown },
  { alpn, protocol }: Target,
): Error | undefined {
  if (alpn.includes('http/1.1')) return undefined;
  if (protocol === 'http:') socket.alpnProtocol = 'h2';
  if (socket.alpnProtocol === 'h2') return undefined;
  return Object.assign(new Error('the backend does not speak HTTP/2'), { code: NO_HTTP2 });
}
