import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Mount } from '../../engine/core.ts';
import { HookError } from '../../engine/hooks.ts';
import type { Destination } from '../../engine/settings.ts';
import type { Exchange, Failed } from '../../engine/types.ts';
import { expressTrust } from '../app-trust.ts';
import { type FrameworkRequest, handleFor, type Host } from '../handle.ts';
import { alwaysResponding, type UpgradeListener, upgradeListener } from '../upgrade.ts';
import { currentHeaders } from './current-headers.ts';
import { answeredByHandler, errorOf, type TellError } from './errors.ts';

type Next = (error?: unknown) => void;
type Take = (target: unknown) => void;

/** Decides whether a request is for the middleware, and which target it has, where that is not the usual one. */
export interface Asked {
  ask(message: IncomingMessage, response: ServerResponse, next: Next, take: Take): void;
  /** Calls back neither when the upgrade is for somebody else. */
  askUpgrade(message: IncomingMessage, socket: Socket, take: Take, fail: (error: unknown) => void): void;
}

export interface CompatibleParts {
  /** Undefined: every request is, and has the usual one. */
  readonly front: Asked | undefined;
  /** @throws TypeError for what is no target. */
  readonly destinationOf: (target: unknown) => Destination;
  readonly tellError: TellError;
  /** Somebody may write a body anew that a parser has read. */
  readonly hooksMayWriteBody: boolean;
  /** Upgrades are taken from the first request on. */
  readonly ws: boolean;
}

/** As http-proxy-middleware has it. Resolves when the response is over, or somebody else's. */
export interface CompatibleMiddleware {
  (request: IncomingMessage, response: ServerResponse, next?: Next): Promise<void>;
  /** For `server.on('upgrade', ...)`. */
  readonly upgrade: UpgradeListener;
}

/** http-proxy-middleware's `(req, res, next)`, over a gateway. */
export function compatibleMiddleware(
  mount: Mount,
  upgradeMount: Mount,
  parts: CompatibleParts,
): CompatibleMiddleware {
  const upgrade = compatibleUpgrade(upgradeMount, parts);
  const subscribed = new WeakSet<Server>();
  const middleware = (message: IncomingMessage, response: ServerResponse, next?: Next): Promise<void> => {
    if (parts.ws) subscribe(message, subscribed, upgrade);
    return new Promise((resolve) =>
      new CompatibleVisit(message, response, next, mount, parts, resolve).begin(),
    );
  };
  return Object.assign(middleware, { upgrade });
}

/** As http-proxy-middleware does: the first request shows which server it is. */
function subscribe({ socket }: IncomingMessage, subscribed: WeakSet<Server>, upgrade: UpgradeListener): void {
  const { server } = socket as { readonly server?: Server };
  if (!server || subscribed.has(server)) return;
  subscribed.add(server);
  server.on('upgrade', upgrade);
}

class CompatibleVisit implements Host {
  readonly #message: IncomingMessage & FrameworkRequest;
  readonly #response: ServerResponse;
  readonly #next: Next | undefined;
  readonly #mount: Mount;
  readonly #parts: CompatibleParts;
  readonly #over: () => void;

  constructor(
    message: IncomingMessage,
    response: ServerResponse,
    next: Next | undefined,
    mount: Mount,
    parts: CompatibleParts,
    over: () => void,
  ) {
    this.#message = message;
    this.#response = response;
    this.#next = next;
    // Without an error handler there is nobody to deliver to.
    this.#mount = next ? mount : alwaysResponding(mount);
    this.#parts = parts;
    this.#over = over;
  }

  begin(): void {
    const { front } = this.#parts;
    if (front) {
      front.ask(
        this.#message,
        this.#response,
        (error) => this.#passOn(error),
        (target) => this.#take(target),
      );
    } else this.#handle(undefined);
  }

  done(error: unknown): void {
    this.#over();
    if (error) this.#next?.(error);
  }

  async answer(failure: Failed, exchange: Exchange): Promise<boolean> {
    const { error } = failure;
    const next = this.#next;
    // As http-proxy-middleware does with what keeps it from forwarding.
    if (next && error instanceof HookError && error.hook === 'pathRewrite') {
      this.#over();
      next(error.cause);
      return true;
    }
    const { clock } = this.#mount.core;
    return answeredByHandler(failure, exchange, this.#message, this.#response, this.#parts.tellError, clock);
  }

  #take(target: unknown): void {
    let destination: Destination | undefined;
    try {
      destination = target === undefined ? undefined : this.#parts.destinationOf(target);
    } catch (error) {
      return this.#passOn(error);
    }
    this.#handle(destination);
  }

  /** Not for us; or, with an error, nobody knows where to. */
  #passOn(error?: unknown): void {
    this.#over();
    if (this.#next) return this.#next(error);
    if (this.#response.headersSent) return;
    if (error !== undefined) this.#mount.core.log.error({ err: error }, 'a configured function threw');
    this.#response.writeHead(error === undefined ? 404 : 502).end();
  }

  #handle(destination: Destination | undefined): void {
    const asksApp = this.#mount.settings.headers.trust === 'app';
    handleFor(this.#message, this.#response, this.#message, this.#mount, this, {
      originalUrl: this.#message.originalUrl,
      appTrust: asksApp ? expressTrust(this.#message) : undefined,
      destination,
      rawHeaders: currentHeaders(this.#message),
      hooksMayWriteBody: this.#parts.hooksMayWriteBody,
    });
  }
}

function compatibleUpgrade(mount: Mount, parts: CompatibleParts): UpgradeListener {
  const { front, destinationOf, tellError } = parts;
  const fail = (error: unknown, message: IncomingMessage, socket: Duplex): void => {
    mount.core.log.error({ err: error }, 'a configured function threw');
    const told = error instanceof Error ? error : new Error(String(error));
    void tellError(told, message, socket, undefined);
    socket.destroy();
  };
  return upgradeListener(mount, {
    route: (message, socket, take) => {
      const rawHeaders = currentHeaders(message);
      if (!front) return take({ rawHeaders });
      const taken = (target: unknown): void => {
        try {
          take({ rawHeaders, ...(target !== undefined && { destination: destinationOf(target) }) });
        } catch (error) {
          fail(error, message, socket);
        }
      };
      front.askUpgrade(message, socket as Socket, taken, (error) => fail(error, message, socket));
    },
    answer: (failure, { attempt, client }) => {
      if (!client) return Promise.resolve(false);
      const { message } = client;
      const { socket } = message;
      const before = socket.bytesWritten;
      void tellError(errorOf(failure), message, socket, attempt?.target);
      return Promise.resolve(socket.destroyed || socket.writableEnded || socket.bytesWritten > before);
    },
  });
}
