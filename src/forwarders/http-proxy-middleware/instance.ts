import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  createProxyMiddleware,
  type Options,
  type Plugin,
  proxyEventsPlugin,
  type RequestHandler,
} from 'http-proxy-middleware';
import type { MiddlewareAttempt } from './attempt.ts';
import { attemptOf } from './attempt-key.ts';
import type { RequestShim } from './request-shim.ts';
import type { MiddlewareSettings } from './settings.ts';

type Server = Parameters<Plugin>[0];

/** Asks for the request, of all that an event is about, where it stands. */
const REQUEST_AT: Readonly<Record<string, number>> = {
  start: 0,
  end: 0,
  error: 1,
  econnreset: 1,
  proxyReq: 1,
  proxyReqWs: 1,
  proxyRes: 1,
};

/**
 * http-proxy-middleware, once for all attempts. What differs between them it learns from its `router`; what happens is
 * told to the attempt before it is told to hooks and plugins, and what those throw stays within the attempt.
 */
export class MiddlewareInstance {
  readonly settings: MiddlewareSettings;
  readonly #middleware: RequestHandler;
  #server: Server | undefined;

  /** @throws what http-proxy-middleware throws for options that it does not understand. */
  constructor(settings: MiddlewareSettings) {
    this.settings = settings;
    const { options, isPlain } = settings;
    // With nobody to listen and nothing to log, its own plugins have nothing to do.
    const isAlone = isPlain && options.logger === undefined && options.ejectPlugins !== true;
    this.#middleware = createProxyMiddleware({
      ...options,
      // Of every request its attempt decides.
      pathFilter: () => true,
      router: (request, _response, given) => attemptOf(request)?.configure(given) as URL,
      // First, so that it has seen everything before the others.
      plugins: [
        (server) => this.#takeOver(server),
        ...(isAlone ? [proxyEventsPlugin] : []),
        ...(options.plugins ?? []),
      ],
      ...(isAlone && { ejectPlugins: true }),
      // Then responses are read here, without a detour.
      ...(isPlain && { selfHandleResponse: true }),
      // With one of the user's, or this one, http-proxy-middleware writes no error responses of its own.
      on: { ...options.on, error: options.on?.error ?? ignore },
      preserveHeaderKeyCase: true,
    } satisfies Options);
  }

  send(request: RequestShim, response: ServerResponse): void {
    const attempt = attemptOf(request);
    const giveBack = (error: unknown): void => attempt?.hookThrew('pathRewrite', error);
    this.#middleware(request, response, giveBack).catch(giveBack);
  }

  upgrade(request: RequestShim, socket: Socket): void {
    this.#middleware.upgrade(request, socket, Buffer.alloc(0));
  }

  /** Tells whoever listens for errors. What is still going on there when this returns. */
  tellError(
    error: Error,
    request: IncomingMessage,
    response: ServerResponse,
    target: URL | undefined,
  ): Promise<unknown>[] {
    const pending: Promise<unknown>[] = [];
    const server = this.#server;
    if (!server) return pending;
    tell(server, 'error', [error, request, response, target], (result) => pending.push(result));
    return pending;
  }

  /** Tells hooks and plugins of what concerns no attempt in particular. */
  tell(name: string, ...given: unknown[]): void {
    if (this.#server) tell(this.#server, name, given, swallow);
  }

  #takeOver(server: Server): void {
    this.#server = server;
    // With nobody listening, httpxy would reject in place of telling.
    server.on('error', ignore);
    server.emit = ((name: string, ...given: unknown[]) =>
      this.#happened(server, name, given)) as Server['emit'];
  }

  #happened(server: Server, name: string, given: unknown[]): boolean {
    const attempt = attemptOf(given[REQUEST_AT[name] ?? 0]);
    if (name === 'error' || name === 'econnreset') attempt?.requestFailed(given[0] as Error);
    // Whoever listens for errors is told when there is nothing left to try.
    if (name === 'error') return true;
    if (name === 'proxyReq') this.#requested(attempt, given);
    if (name === 'proxyRes') attempt?.responded(given[0] as IncomingMessage);
    tell(server, name, given, swallow, (error) => attempt?.hookThrew(`on.${name}`, error));
    if (name === 'proxyReq') attempt?.released();
    return true;
  }

  #requested(attempt: MiddlewareAttempt | undefined, [request, , , options]: unknown[]): void {
    attempt?.made(request as Parameters<MiddlewareAttempt['made']>[0]);
    // Where a redirect leads is no matter for the connections to this backend.
    if (this.settings.followsRedirects && !this.settings.agent) (options as Options).agent = false;
  }
}

type OnThrow = (error: unknown) => void;

/** Calls listeners one after the other, as an emitter does; but what they throw or reject with comes back. */
function tell(
  server: Server,
  name: string,
  given: unknown[],
  onPromise: (promise: Promise<unknown>) => void,
  onThrow: OnThrow = ignore,
): void {
  if (server.listenerCount(name as 'start') === 0) return;
  const listeners = (server as EventEmitter).rawListeners(name);
  for (const listener of listeners) {
    try {
      const result: unknown = Reflect.apply(listener, server, given);
      if (!(result instanceof Promise)) continue;
      result.catch(onThrow);
      onPromise(result);
    } catch (error) {
      return onThrow(error);
    }
  }
}

function ignore(): void {}

function swallow(): void {}
