import type { Clock } from '../engine/clock.ts';
import type { CauseCode, Target } from '../engine/types.ts';
import { classify } from '../failure/classify.ts';
import type { ConnectError } from './connect-error.ts';
import type { ConnectCallback, Connecting } from './connector.ts';

/** A request that has failed already waits no longer than this for its true cause. */
const LIMIT_MS = 250;
/** A mistake in the configuration stays for a while; so does the absence of one. */
const TLS_KEPT_MS = 60_000;
const PLAIN_KEPT_MS = 600_000;

/** Opens a connection to a target. Injected: the same connector as for requests. */
export type Open = (target: Target, limitMs: number, callback: ConnectCallback) => Connecting;

type Listener = (isTls: boolean) => void;

interface Finding {
  isTls: boolean;
  until: number;
  /** Waiting for the answer; undefined once it is there. */
  waiting: Listener[] | undefined;
  probe: Connecting | undefined;
}

/**
 * Does a port that closes on plain HTTP expect TLS? One handshake tells, and is remembered per backend: a
 * backend that crashes is not pestered with it.
 */
export class PlaintextCheck {
  readonly #clock: Clock;
  readonly #open: Open;
  readonly #findings = new WeakMap<Target, Finding>();
  readonly #running = new Set<Finding>();

  constructor(clock: Clock, open: Open) {
    this.#clock = clock;
    this.#open = open;
  }

  /** Calls back once; at once where the answer is known. */
  check(target: Target, listener: Listener): void {
    if (target.protocol !== 'http:') return listener(false);
    const known = this.#findings.get(target);
    if (known?.waiting) return void known.waiting.push(listener);
    if (known && this.#clock.now() < known.until) return listener(known.isTls);
    this.#probe(target, listener);
  }

  close(): void {
    for (const { probe } of this.#running) probe?.abort(new Error('the gateway is closed'));
  }

  #probe(target: Target, listener: Listener): void {
    const finding: Finding = { isTls: false, until: 0, waiting: [listener], probe: undefined };
    this.#findings.set(target, finding);
    this.#running.add(finding);
    const probe = this.#open({ ...target, protocol: 'https:', tls: undefined }, LIMIT_MS, (error, socket) => {
      socket?.on('error', () => undefined).destroy();
      // A connection that did not come about says nothing either way.
      const keptMs = error && error.phase !== 'tls' ? 0 : PLAIN_KEPT_MS;
      const isTls = error === null || isFromTls(error);
      this.#settle(finding, isTls, isTls ? TLS_KEPT_MS : keptMs);
    });
    // The callback may have come already.
    if (finding.waiting) finding.probe = probe;
  }

  #settle(finding: Finding, isTls: boolean, keptMs: number): void {
    const waiting = finding.waiting ?? [];
    finding.isTls = isTls;
    finding.until = this.#clock.now() + keptMs;
    finding.waiting = undefined;
    finding.probe = undefined;
    this.#running.delete(finding);
    for (const listener of waiting) listener(isTls);
  }
}

/** What only a TLS server can bring about; or else an alert that has a number. */
const TLS_CAUSES: ReadonlySet<CauseCode> = new Set([
  'tls_certificate_expired',
  'tls_certificate_untrusted',
  'tls_name_mismatch',
  'http_version_mismatch',
]);

function isFromTls({ phase, cause, timedOut }: ConnectError): boolean {
  const named = classify({ phase, error: cause, timedOut, reused: false, bytesRead: 0 });
  return TLS_CAUSES.has(named.cause) || named.parameters?.['alert-id'] !== undefined;
}
