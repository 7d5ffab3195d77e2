import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Clock, Timer } from '../../engine/clock.ts';
import type { Target } from '../../engine/types.ts';
import type { ForwarderContext } from '../forwarder.ts';
import type { BackendAgent } from './agents.ts';
import type { Watcher } from './body-feed.ts';
import type { RequestShim } from './request-shim.ts';

export interface MirrorOptions {
  readonly target: Target;
  readonly agent: BackendAgent;
  readonly clock: Clock;
  readonly logger: ForwarderContext['logger'];
  /** Of http-proxy-middleware's `headers`, for every request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly auth: string | undefined;
  /** The Host header is that of the target, not the client's. */
  readonly changesHost: boolean;
}

/** A copy that lags behind by more is given up: the request itself must not wait for it. */
const MOST_BYTES = 1_048_576;
const LIMIT_MS = 30_000;

/**
 * http-proxy-middleware's `forward`: a copy of each request, whose fate nobody waits for. Once per request, however often
 * that is tried, and nothing that happens to it becomes of the request.
 */
export class Mirror {
  readonly #options: MirrorOptions;

  constructor(options: MirrorOptions) {
    this.#options = options;
  }

  /** What takes the body. */
  open(shim: RequestShim): Watcher {
    let request: ClientRequest;
    try {
      request = this.#request(shim);
    } catch (error) {
      this.#complain(error);
      return () => undefined;
    }
    const timer = this.#options.clock.after(LIMIT_MS, () => void request.destroy());
    this.#watch(request, timer);
    return (chunk) => {
      if (request.destroyed) return;
      if (chunk === null) request.end();
      else if (!request.write(chunk) && request.writableLength > MOST_BYTES) request.destroy();
    };
  }

  #request({ method, url = '/', headers }: RequestShim): ClientRequest {
    const { target, agent, headers: added, auth, changesHost } = this.#options;
    const request = target.protocol === 'https:' ? requestHttps : requestHttp;
    return request({
      agent,
      method,
      path: `${target.prefix}${url}`,
      headers: { ...headers, ...(changesHost && { host: target.host }), ...added },
      ...(auth !== undefined && { auth }),
      port: target.port,
      hostname: target.hostname,
    });
  }

  #watch(request: ClientRequest, timer: Timer): void {
    request
      .on('error', (error) => this.#complain(error))
      .on('close', () => timer.cancel())
      .on('upgrade', (_message, socket) => void socket.destroy())
      .on('response', (message) => {
        message.on('error', () => undefined).resume();
      });
  }

  #complain(error: unknown): void {
    this.#options.logger.error(
      { err: error, target: this.#options.target.name },
      'a copy could not be forwarded',
    );
  }
}
