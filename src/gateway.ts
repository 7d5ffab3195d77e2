import { Admittance } from './backends/admit.ts';
import { createBalancer } from './backends/balance/balance.ts';
import type { Backend } from './backends/backend.ts';
import type { BackendChange } from './backends/change.ts';
import { createBackend } from './backends/create.ts';
import { DestinationPools } from './backends/destination-pools.ts';
import type { Discovering } from './backends/discovery/discover.ts';
import { Members, OPTIONS } from './backends/members.ts';
import { Pool } from './backends/pool.ts';
import { type PriorityOf, priorityFrom } from './backends/priority.ts';
import { WaitingQueue } from './backends/queue.ts';
import { Recovery } from './backends/recovery.ts';
import { select } from './backends/select.ts';
import { ActiveList } from './engine/active-list.ts';
import { compose } from './engine/compose.ts';
import type { GatewayCore, Mount } from './engine/core.ts';
import { Places } from './engine/places.ts';
import { ReplayStore } from './engine/replay-store.ts';
import type { BackendSettings } from './engine/settings.ts';
import type { Exchange, Failed, Forward, RouteLimit, Target } from './engine/types.ts';
import { failed } from './failure/failed.ts';
import { createDirect } from './forwarders/direct.ts';
import type { Forwarder } from './forwarders/forwarder.ts';
import { type EventName, Events, type Listener } from './insight/events.ts';
import { attemptTimeout } from './layers/attempt-timeout/attempt-timeout.ts';
import { ConnectLimit } from './layers/attempt-timeout/connect-limit.ts';
import { LearnedLimits } from './layers/attempt-timeout/learned-limits.ts';
import { contain } from './layers/contain.ts';
import { deadline } from './layers/deadline.ts';
import { finalRecipient } from './layers/final-recipient.ts';
import { guard } from './layers/guard.ts';
import { hedge } from './layers/hedge/hedge.ts';
import { observeAttempts, observeExchanges } from './layers/observe.ts';
import { RetryBudget } from './layers/retry/budget.ts';
import { couldMove, couldRepeat } from './layers/retry/could-repeat.ts';
import { refusalToRepeat } from './layers/retry/refusal.ts';
import { retry } from './layers/retry/retry.ts';
import { rewrite } from './layers/rewrite.ts';
import { settleOptions, settlePolicy } from './options/settle.ts';
import { GatewayBackends } from './gateway-backends.ts';
import { gatewayDiscovery } from './gateway-discovery.ts';
import { emitChange, gatewayObserver } from './gateway-events.ts';
import { type GatewayHealth, gatewayHealth } from './gateway-health.ts';
import type { GatewayOptions, PolicyOptions, Settings } from './options.ts';

/** How long `close` waits for requests under way. */
const CLOSE_TIMEOUT_MS = 30_000;

/** Of recent answers: what is faster is chance. */
const FASTEST = 0.05;

/** The backends of an app, with everything that is shared between its routes. Made by `createGateway`. */
export class Gateway implements AsyncDisposable {
  /** The backends, to be listed, drained, restored, added and removed while the gateway runs. */
  readonly backends: GatewayBackends;
  readonly #settings: Settings;
  readonly #events: Events;
  readonly #forwarder: Forwarder;
  readonly #recovery: Recovery;
  readonly #pool: Pool;
  readonly #members: Members;
  readonly #priorityOf: PriorityOf | undefined;
  readonly #destinations: DestinationPools;
  readonly #queue: WaitingQueue;
  readonly #health: GatewayHealth | undefined;
  readonly #discovery: Discovering | undefined;
  readonly #core: GatewayCore;
  readonly #learned = new LearnedLimits();
  readonly #active = new ActiveList();
  #closed: Promise<void> | undefined;
  #onIdle: (() => void) | undefined;

  constructor(settings: Settings) {
    const { clock, name, limits, logger, resolver } = settings;
    this.#settings = settings;
    this.#events = new Events(logger);
    this.#forwarder = (settings.forwarder ?? createDirect)({
      clock,
      name,
      connectMs: settings.request.timeouts.connectMs,
      destinations: settings.destinations,
      resolver,
      logger,
    });
    this.#recovery = new Recovery({
      clock,
      random: settings.random,
      probe: (target) => this.#forwarder.probe(target),
    });
    this.#priorityOf = priorityFrom(limits.priority);
    const { queue: size, queueMs: waitMs } = limits;
    this.#queue = new WaitingQueue({ clock, size, waitMs, priorityOf: this.#priorityOf });
    this.#pool = this.#makePool();
    this.#members = this.#makeMembers();
    this.#destinations = this.#makeDestinations();
    for (const source of settings.sources)
      if ('template' in source) this.#checkTarget(source.template.target);
    for (const backend of settings.backends) this.#members.add(backend, OPTIONS);
    this.backends = new GatewayBackends(this.#members, clock);
    this.#pool.watch((change) => this.#backendChanged(change));
    this.#health = gatewayHealth(settings);
    for (const backend of this.#pool.backends) this.#health?.add(backend);
    this.#discovery = gatewayDiscovery({
      settings,
      pool: this.#pool,
      members: this.#members,
      events: this.#events,
    });
    this.#core = {
      forward: this.#assemble(),
      name,
      clock,
      replayStore: new ReplayStore(limits.replayBytes),
      requestBytes: limits.requestBytes,
      upgrades: new Places(limits.upgrades),
      log: logger,
      begin: (exchange) => this.#begin(exchange),
      end: (exchange) => this.#end(exchange),
    };
  }

  /**
   * Listens to `exchange`, `attempt`, `retry`, `limit`, `backend`, `breaker` or `discovery`. Returns what takes the
   * listener off again.
   */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * Refuses new requests, waits for those under way (30 s at most, or `timeoutMs`), gives up the rest and
   * closes every connection. May be called more than once.
   */
  close({ timeoutMs = CLOSE_TIMEOUT_MS }: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closed ??= this.#drain(timeoutMs);
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * How long each route that is remembered may take to answer, what that rests on, and whether it was learned from
   * recent answers or is the gateway's `timeouts.firstByteMs`.
   */
  routeLimits(): RouteLimit[] {
    return this.#learned.list(this.#settings.request.timeouts.firstByteMs);
  }

  /** @internal For the adapters. */
  mount(policy?: PolicyOptions): Mount {
    const { request } = this.#settings;
    return { core: this.#core, settings: policy ? settlePolicy(policy, request) : request };
  }

  /** THE ORDER. The first line meets a request first; each line says why it stands where it does. */
  #assemble(): Forward {
    const { clock, random, name, limits } = this.#settings;
    const pool = this.#pool;
    const budget = new RetryBudget(this.#settings.budget);
    const poolOf = (exchange: Exchange): Pool | undefined =>
      exchange.destination ? this.#destinations.poolOf(exchange.destination) : pool;
    const elsewhere = (exchange: Exchange): ReturnType<Pool['elsewhere']> =>
      poolOf(exchange)?.elsewhere(exchange, clock.now()) ?? 'none';
    const observer = gatewayObserver(this.#events, clock);
    const learned = this.#learned;
    return compose(
      [
        // Counts each exchange once, and sees also what is refused or goes wrong below.
        observeExchanges(observer),
        // Turns anything thrown below into an outcome, so that nothing above has to expect exceptions.
        contain((error, failure) => this.#logUnexpected(error, failure)),
        // Refuses what must not be forwarded before it costs anything.
        guard({ name, requestBytes: limits.requestBytes }),
        // Answers what asks for the gateway itself, once it is known to be well formed.
        finalRecipient(),
        // Changes the head that goes to the client, when nothing below goes by it any more.
        rewrite(),
        // One limit over queueing, pauses and all attempts, hence above them.
        deadline(clock),
        // Where backends are discovered, waits for the first one; once for all attempts.
        ...(this.#discovery ? [this.#discovery.layer] : []),
        // Each try may go to another backend, hence above the choice of one.
        retry({ clock, random, budget, elsewhere, observer }),
        // A second attempt beside a slow one picks a backend like any other, and fails together with the first.
        hedge({
          clock,
          quantileMs: ({ request, settings }, quantile) =>
            learned.of(request, settings.timeouts.key).quantile(quantile),
          hasOther: (exchange) => elsewhere(exchange) === 'other',
          withdraw: () => budget.withdraw(clock.now()),
          observer,
        }),
        // Picks a backend and enters its gates: an open breaker costs no socket and no timeout.
        select({
          clock,
          poolOf,
          queue: this.#queue,
          fastestMs: ({ request, settings: { timeouts } }) =>
            timeouts.learned === true ? learned.of(request, timeouts.key).quantile(FASTEST) : undefined,
          admittance: limits.admission ? new Admittance(this.#priorityOf) : undefined,
        }),
        // Knows the backend; ends after the attempt timeout has had its say.
        observeAttempts(observer),
        // Innermost, so that its verdict reaches the gates like any other failure.
        attemptTimeout({
          clock,
          learned,
          canGoElsewhere: (exchange, neededMs) =>
            couldRepeat(exchange, elsewhere(exchange), budget, clock.now(), neededMs),
          connecting: {
            limit: new ConnectLimit(),
            canMove: (exchange) => couldMove(exchange, elsewhere(exchange)),
          },
          observer,
        }),
      ],
      (exchange) => this.#forwarder.forward(exchange),
    );
  }

  #makePool(): Pool {
    const { balance, panicThreshold, random } = this.#settings;
    return new Pool({
      random,
      createBalancer: () => createBalancer(balance, random),
      panicThreshold,
      mayBeRisked: (exchange) => refusalToRepeat(exchange, 'closed_before_response', 'maybe') === undefined,
    });
  }

  #makeMembers(): Members {
    return new Members({
      clock: this.#settings.clock,
      pool: this.#pool,
      create: (settings, now) => this.#createBackend(settings, now),
      cancelPending: (target, failure) => this.#cancelPending(target, failure),
      forget: (target) => this.#forget(target),
    });
  }

  #makeDestinations(): DestinationPools {
    return new DestinationPools({
      clock: this.#settings.clock,
      createPool: () => this.#makePool(),
      createBackend: (settings, now) => this.#createBackend(settings, now),
      onChange: (change) => this.#backendChanged(change),
      forget: (target) => this.#forget(target),
    });
  }

  #createBackend(settings: BackendSettings, now: number): Backend {
    this.#checkTarget(settings.target);
    const { breaker, limits, random, slowStartMs } = this.#settings;
    return createBackend(settings, { ...limits, breaker, slowStartMs, random }, now);
  }

  #forget(target: Target): void {
    void this.#forwarder.forget(target).catch(() => undefined);
  }

  /** @throws TypeError when it is not one for this forwarder. */
  #checkTarget(target: Target): void {
    const refusal = this.#forwarder.refusalOf?.(target);
    if (refusal !== undefined) throw new TypeError(refusal);
  }

  #cancelPending(target: Target, failure: Failed): void {
    for (const { attempts } of this.#active.snapshot()) {
      for (const attempt of attempts) if (attempt.target === target) attempt.running?.cancel(failure);
    }
  }

  #backendChanged(change: BackendChange): void {
    const { backend, kind } = change;
    emitChange(this.#events, change);
    if (kind === 'open') this.#recovery.watch(backend);
    if (kind === 'left') {
      this.#recovery.unwatch(backend);
      this.#health?.delete(backend);
    } else if (kind === 'joined') {
      this.#health?.add(backend);
      this.#discovery?.look();
    }
    // Those that wait may go now, or learn that there is nothing left to wait for.
    this.#queue.wake();
  }

  #logUnexpected(error: unknown, { cause }: Failed): void {
    const message = cause === 'gateway_error' ? 'a bug in the gateway' : 'a configured function threw';
    this.#settings.logger.error({ err: error, cause }, message);
  }

  #begin(exchange: Exchange): void {
    this.#active.add(exchange);
    if (this.#closed) exchange.cancel(shuttingDown());
  }

  #end(exchange: Exchange): void {
    this.#active.delete(exchange);
    if (this.#active.size === 0) this.#onIdle?.();
  }

  async #drain(timeoutMs: number): Promise<void> {
    this.#discovery?.close();
    this.#health?.close();
    this.#recovery.close();
    await this.#idle(timeoutMs);
    for (const exchange of this.#active.snapshot()) exchange.cancel(shuttingDown());
    await this.#forwarder.destroy();
    this.#members.close();
    this.#destinations.close();
  }

  #idle(timeoutMs: number): Promise<void> {
    if (this.#active.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#settings.clock.after(timeoutMs, resolve);
      this.#onIdle = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

function shuttingDown(): Failed {
  return failed('no_healthy_backend', { detail: 'The gateway is shutting down.' });
}

/**
 * Makes a gateway over one or more backends.
 * @throws TypeError or RangeError naming the option, the rule and the value.
 */
export function createGateway(options: GatewayOptions): Gateway {
  return new Gateway(settleOptions(options));
}

/** Options make a gateway of their own; a gateway is shared. */
export function gatewayOf(optionsOrGateway: GatewayOptions | Gateway): Gateway {
  return optionsOrGateway instanceof Gateway ? optionsOrGateway : createGateway(optionsOrGateway);
}
