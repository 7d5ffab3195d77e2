import type { Exchange, Outcome, Target } from '../../engine/types.ts';
import { failed } from '../../failure/failed.ts';
import { DirectForwarder } from '../direct.ts';
import type { Forwarder, ForwarderContext } from '../forwarder.ts';
import { BackendAgent, type BackendAgentOptions, BorrowedAgent } from './agents.ts';
import { MiddlewareAttempt } from './attempt.ts';
import type { MiddlewareContext } from './context.ts';
import type { MiddlewareInstance } from './instance.ts';
import type { MiddlewareSettings } from './settings.ts';
import { Mirror } from './mirror.ts';
import { MiddlewareUpgrade } from './upgrade-attempt.ts';
import { BorrowedRoute, OwnRoute, type Route } from './route.ts';

/** What only the drop-in has. */
export interface MiddlewareExtras {
  /** Where a copy of each request goes. */
  readonly mirror?: Target | undefined;
  readonly onBroken?: MiddlewareContext['onBroken'];
}

/** The lane through http-proxy-middleware: it forwards, with its options, hooks and plugins; the engine does the rest. */
export class MiddlewareForwarder implements Forwarder {
  readonly #context: ForwarderContext;
  readonly #instance: MiddlewareInstance;
  readonly #extras: MiddlewareExtras;
  readonly #mirror: Mirror | undefined;
  readonly #mirrorAgent: BackendAgent | undefined;
  /** Makes the connections, for both lanes alike. */
  readonly #direct: DirectForwarder;
  readonly #contexts = new Map<Target, MiddlewareContext>();

  constructor(context: ForwarderContext, instance: MiddlewareInstance, extras: MiddlewareExtras = {}) {
    checkDestinations(context, instance.settings);
    this.#context = context;
    this.#instance = instance;
    this.#extras = extras;
    this.#direct = new DirectForwarder(context);
    this.#mirrorAgent = extras.mirror && this.#agentTo(extras.mirror);
    this.#mirror = this.#makeMirror();
  }

  readonly forward = (exchange: Exchange): Promise<Outcome> => {
    const { attempt } = exchange;
    if (!attempt) {
      return Promise.resolve(failed('gateway_error', { error: new Error('no backend was selected') }));
    }
    const isUpgrade = exchange.upgrade !== undefined;
    // Other protocols than WebSocket are none of http-proxy-middleware's.
    if (isUpgrade && !MiddlewareUpgrade.canTake(exchange)) return this.#direct.forward(exchange);
    const context = this.#contextOf(attempt.target);
    const Attempt = isUpgrade ? MiddlewareUpgrade : MiddlewareAttempt;
    return new Promise((resolve) => {
      new Attempt(exchange, attempt, context, resolve).start();
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
    this.#mirrorAgent?.close();
    await this.#direct.close();
  }

  async destroy(): Promise<void> {
    for (const { route } of this.#contexts.values()) route.destroy();
    this.#mirrorAgent?.destroy();
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
      mirror: this.#mirror,
      onBroken: this.#extras.onBroken,
    };
    this.#contexts.set(target, context);
    return context;
  }

  #routeTo(target: Target): Route {
    const { clock } = this.#context;
    const { agent } = this.#instance.settings;
    if (agent) return new BorrowedRoute(new BorrowedAgent(agent), target, clock);
    return new OwnRoute(this.#agentOptions(target));
  }

  #agentTo(target: Target): BackendAgent {
    return new BackendAgent(this.#agentOptions(target));
  }

  #agentOptions(target: Target): BackendAgentOptions {
    return {
      target,
      clock: this.#context.clock,
      keepAlive: this.#instance.settings.agent !== false,
      dial: (request, callback) => this.#direct.dial(target, request, callback),
    };
  }

  #makeMirror(): Mirror | undefined {
    const { mirror: target } = this.#extras;
    const agent = this.#mirrorAgent;
    if (!target || !agent) return undefined;
    const { clock, logger } = this.#context;
    const { headers = {}, auth, changeOrigin: changesHost = false } = this.#instance.settings.options;
    return new Mirror({ target, agent, clock, logger, headers, auth, changesHost });
  }
}

/** What is connected by others cannot be kept from going anywhere. */
function checkDestinations({ destinations }: ForwarderContext, settings: MiddlewareSettings): void {
  if (!destinations) return;
  const bypass = settings.agent ? 'agent' : settings.followsRedirects ? 'followRedirects' : undefined;
  if (bypass === undefined) return;
  throw new TypeError(
    `destinations cannot be kept to with ${bypass}, by which connections are made elsewhere`,
  );
}
