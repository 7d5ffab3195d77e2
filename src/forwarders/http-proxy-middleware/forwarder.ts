import type { Exchange, Outcome, Target } from '../../engine/types.ts';
import { failed } from '../../failure/failed.ts';
import { DirectForwarder } from '../direct.ts';
import type { Forwarder, ForwarderContext } from '../forwarder.ts';
import { BorrowedAgent } from './agents.ts';
import { MiddlewareAttempt } from './attempt.ts';
import type { MiddlewareContext } from './context.ts';
import type { MiddlewareInstance } from './instance.ts';
import { BorrowedRoute, OwnRoute, type Route } from './route.ts';

/** The lane through http-proxy-middleware: it forwards, with its options, hooks and plugins; the engine does the rest. */
export class MiddlewareForwarder implements Forwarder {
  readonly #context: ForwarderContext;
  readonly #instance: MiddlewareInstance;
  readonly #onBroken: MiddlewareContext['onBroken'];
  /** Makes the connections, for both lanes alike. */
  readonly #direct: DirectForwarder;
  readonly #contexts = new Map<Target, MiddlewareContext>();

  constructor(
    context: ForwarderContext,
    instance: MiddlewareInstance,
    onBroken?: MiddlewareContext['onBroken'],
  ) {
    checkDestinations(context, instance);
    this.#context = context;
    this.#instance = instance;
    this.#onBroken = onBroken;
    this.#direct = new DirectForwarder(context);
  }

  readonly forward = (exchange: Exchange): Promise<Outcome> => {
    const { attempt } = exchange;
    if (!attempt) {
      return Promise.resolve(failed('gateway_error', { error: new Error('no backend was selected') }));
    }
    if (exchange.upgrade !== undefined) return this.#direct.forward(exchange);
    const context = this.#contextOf(attempt.target);
    return new Promise((resolve) => {
      new MiddlewareAttempt(exchange, attempt, context, resolve).start();
    });
  };

  refusalOf({ name, alpn }: Target): string | undefined {
    if (!alpn.includes('h2')) return undefined;
    return `backend ${JSON.stringify(name)} must have protocol "http/1.1": http-proxy-middleware knows no HTTP/2`;
  }

  probe(target: Target): Promise<boolean> {
    return this.#direct.probe(target);
  }

  async forget(target: Target): Promise<void> {
    this.#contexts.get(target)?.route.close();
    this.#contexts.delete(target);
    await this.#direct.forget(target);
  }

  async close(): Promise<void> {
    for (const { route } of this.#contexts.values()) route.close();
    await this.#direct.close();
  }

  async destroy(): Promise<void> {
    for (const { route } of this.#contexts.values()) route.destroy();
    await this.#direct.destroy();
  }

  #contextOf(target: Target): MiddlewareContext {
    const existing = this.#contexts.get(target);
    if (existing) return existing;
    const { clock, name, logger } = this.#context;
    const context: MiddlewareContext = {
      clock,
      name,
      logger,
      instance: this.#instance,
      settings: this.#instance.settings,
      route: this.#routeTo(target),
      checkPlaintext: (one, listener) => this.#direct.checkPlaintext(one, listener),
      onBroken: this.#onBroken,
    };
    this.#contexts.set(target, context);
    return context;
  }

  #routeTo(target: Target): Route {
    const { clock } = this.#context;
    const { agent } = this.#instance.settings;
    if (agent) return new BorrowedRoute(new BorrowedAgent(agent), target, clock);
    return new OwnRoute({
      target,
      clock,
      keepAlive: agent !== false,
      dial: (request, callback) => this.#direct.dial(target, request, callback),
    });
  }
}

/** @throws TypeError where connections would be made past our connector, which alone knows where they may go. */
function checkDestinations({ destinations }: ForwarderContext, { settings }: MiddlewareInstance): void {
  if (!destinations) return;
  const bypass = settings.agent ? 'agent' : settings.followsRedirects ? 'followRedirects' : undefined;
  if (bypass === undefined) return;
  throw new TypeError(
    `destinations cannot be kept to with ${bypass}, by which connections are made elsewhere`,
  );
}
