import { isUnsent } from '../engine/attempt.ts';
import type { Clock, Timer } from '../engine/clock.ts';
import type { Destinations } from '../engine/destinations.ts';
import type { HealthSettings } from '../engine/settings.ts';
import type { Failed, Outcome, Phase, Target } from '../engine/types.ts';
import { classify } from '../failure/classify.ts';
import { failed } from '../failure/failed.ts';
import type { ConnectError } from './connect-error.ts';
import { connect, type ConnectCallback, type Connecting } from './connector.ts';
import { DirectAttempt } from './direct-attempt.ts';
import type { DnsCache } from './dns-cache.ts';
import { healthExchange } from './health-exchange.ts';
import { IdleAge } from './idle-age.ts';
import { Lane } from './lane.ts';
import { PlaintextCheck } from './plaintext-check.ts';

export interface HealthProbeOptions {
  readonly clock: Clock;
  /** Our name in Via. */
  readonly name: string;
  readonly settings: HealthSettings;
  readonly dns: Pick<DnsCache, 'lookup'>;
  /** Which addresses may be connected to; undefined: any. */
  readonly destinations: Destinations | undefined;
}

/** Enough for one turn of the event loop. */
const LAST_CHANCE_MS = 5;

type Cancel = (failure: Failed) => void;

/** Makes health checks, each on a connection of its own. What fails has the names that it has for requests. */
export class HealthProbe {
  readonly #options: HealthProbeOptions;
  readonly #plaintext: PlaintextCheck;
  readonly #running = new Set<Cancel>();

  constructor(options: HealthProbeOptions) {
    this.#options = options;
    const { clock, dns, destinations } = options;
    this.#plaintext = new PlaintextCheck(clock, (target, limitMs, callback) =>
      connect({ target, limitMs, clock, lookup: dns.lookup, destinations }, callback),
    );
  }

  /** Why it failed; undefined when it passed. Never rejects; ends within `timeoutMs`. */
  check(target: Target): Promise<Failed | undefined> {
    return this.#options.settings.path === undefined ? this.#greet(target) : this.#request(target);
  }

  close(): void {
    const closing = failed('no_healthy_backend', { detail: 'The gateway is shutting down.' });
    for (const cancel of this.#running) cancel(closing);
    this.#plaintext.close();
  }

  /** A bare connection, with TLS where the backend has it. */
  #greet(target: Target): Promise<Failed | undefined> {
    return new Promise((resolve) => {
      let phase: Phase = 'connect';
      let connecting: Connecting | undefined = undefined;
      const finish = (failure: Failed | undefined): void => {
        limit.cancel();
        this.#running.delete(cancel);
        resolve(failure);
      };
      const cancel: Cancel = (failure) => {
        finish(failure);
        connecting?.abort(failure);
      };
      const limit = this.#limit(() => cancel(timedOut(phase)));
      this.#running.add(cancel);
      const onPhase = (next: Phase): void => void (phase = next);
      connecting = this.#connect(target, onPhase, (error, socket) => {
        socket?.on('error', () => undefined).destroy();
        finish(error ? unconnected(error) : undefined);
      });
    });
  }

  async #request(target: Target): Promise<Failed | undefined> {
    const { clock, name, settings } = this.#options;
    const { exchange, attempt } = healthExchange(target, settings, this.#options);
    const idleAge = new IdleAge();
    const lane = Lane.create(target.origin, {
      open: (waiting, done) => this.#connect(target, (phase) => waiting?.enterPhase(phase), done),
      allowH2: target.alpn.includes('h2'),
      clock,
      idleAge,
    });
    const context = { clock, name, idleAge, plaintext: this.#plaintext };
    const cancel: Cancel = (failure) => exchange.cancel(failure);
    const limit = this.#limit(() => cancel(timedOut(attempt.phase)));
    this.#running.add(cancel);
    const outcome = await new Promise<Outcome>((resolve) => {
      new DirectAttempt(exchange, attempt, context, resolve).start(lane);
    });
    limit.cancel();
    this.#running.delete(cancel);
    const failure = judge(outcome, settings.expect);
    if (outcome.kind === 'responded') outcome.discard();
    lane.destroy().catch(() => undefined);
    return failure;
  }

  /**
   * A process that was busy runs the timers that are due first, and only then reads what arrived long before
   * that: it must not take its own sloth for that of all its backends.
   */
  #limit(run: () => void): Timer {
    const { clock, settings } = this.#options;
    let timer = clock.after(settings.timeoutMs, () => {
      timer = clock.after(LAST_CHANCE_MS, run);
    });
    return { cancel: () => timer.cancel() };
  }

  #connect(target: Target, onPhase: (phase: Phase) => void, callback: ConnectCallback): Connecting {
    const { clock, settings, dns, destinations } = this.#options;
    // The limit of the whole check comes first.
    const limitMs = settings.timeoutMs * 2 + LAST_CHANCE_MS;
    const common = { clock, lookup: dns.lookup, destinations };
    return connect({ ...common, target, limitMs, onPhase, isBackground: true }, callback);
  }
}

/** The status alone decides: the body is not waited for. */
function judge(outcome: Outcome, expect: HealthSettings['expect']): Failed | undefined {
  if (outcome.kind === 'failed') return outcome;
  if (outcome.kind === 'upgraded') return failed('upgrade_failed');
  const { status } = outcome;
  if (expect.some(([from, to]) => status >= from && status <= to)) return undefined;
  return failed('backend_status', { detail: `The health check was answered with ${status}.` });
}

function unconnected({ phase, cause, timedOut }: ConnectError): Failed {
  return classify({ phase, error: cause, timedOut, reused: false, bytesRead: 0 });
}

function timedOut(phase: Phase): Failed {
  if (!isUnsent(phase)) return failed('first_byte_timeout');
  const connecting = phase === 'select' ? 'connect' : phase;
  return classify({ phase: connecting, error: undefined, timedOut: true, reused: false, bytesRead: 0 });
}
