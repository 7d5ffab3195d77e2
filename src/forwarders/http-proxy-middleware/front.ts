import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { createProxyMiddleware, type Options, type RequestHandler } from 'http-proxy-middleware';

/** Called when a request is for this middleware: with what `router` said, or undefined for the target of the options. */
export type Take = (target: unknown) => void;

type Next = (error?: unknown) => void;

interface Asking {
  readonly take: Take;
  /** Of an upgrade, which has no `next`. */
  readonly fail?: (error: unknown) => void;
}

/** Stands for the target of the options. */
const OWN_TARGET = new URL('http://own.invalid');

/**
 * The first half of http-proxy-middleware, which decides whether a request is for it and where it goes: its own code for
 * `pathFilter` and `router`, stopped before it forwards anything.
 */
export class Front {
  readonly #middleware: RequestHandler;
  readonly #asking = new WeakMap<IncomingMessage, Asking>();

  /** @throws what http-proxy-middleware throws for options that it does not understand. */
  constructor(options: Options, hasTarget: boolean) {
    const { pathFilter, router, logger } = options;
    this.#middleware = createProxyMiddleware({
      ...(pathFilter !== undefined && { pathFilter }),
      ...(logger !== undefined && { logger }),
      ...(hasTarget && { target: OWN_TARGET }),
      ...(router !== undefined && { router: routerFor(options) }),
      // The last thing that happens before it forwards.
      pathRewrite: (_path, request, _response, given) => this.#decided(request, given?.target),
      plugins: [
        (server) => {
          server.emit = ((name: string, ...given: unknown[]) =>
            this.#failed(name, given)) as typeof server.emit;
        },
      ],
    });
  }

  ask(request: IncomingMessage, response: ServerResponse, next: Next, take: Take): void {
    this.#asking.set(request, { take });
    this.#middleware(request, response, next).catch(next);
  }

  /** Calls back neither when the upgrade is for somebody else. */
  askUpgrade(request: IncomingMessage, socket: Socket, take: Take, fail: (error: unknown) => void): void {
    this.#asking.set(request, { take, fail });
    this.#middleware.upgrade(request, socket, Buffer.alloc(0));
  }

  /** What http-proxy-middleware waits for from then on never comes. */
  #decided(request: IncomingMessage, target: unknown): Promise<string | undefined> {
    // Nothing said where: http-proxy-middleware complains about that itself.
    if (target === undefined) return Promise.resolve(undefined);
    this.#asking.get(request)?.take(target === OWN_TARGET ? undefined : target);
    return new Promise(() => undefined);
  }

  #failed(name: string, [error, request]: unknown[]): boolean {
    if (name === 'error') this.#asking.get(request as IncomingMessage)?.fail?.(error);
    return true;
  }
}

/** A function is told the options as they were given. */
function routerFor({ router, ...options }: Options): NonNullable<Options['router']> {
  if (typeof router !== 'function') return router ?? {};
  return async (request, response) => router(request, response, { router, ...options });
}
