import type { Clock, Random, Timer } from '../../engine/clock.ts';
import type { BackendSettings, DiscoverySettings } from '../../engine/settings.ts';
import type { Answer } from './answer.ts';
import type { News, Source } from './source.ts';

export interface Polled {
  readonly backends: readonly BackendSettings[];
  /** For how long they may be used. */
  readonly ttlMs: number;
}

export interface PolledOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: Pick<DiscoverySettings, 'minTtlMs' | 'maxTtlMs'>;
  readonly ask: () => Promise<Answer<Polled>>;
}

/**
 * One definite no may come from a name server that has just started, or from a deployment between two
 * versions: it is believed when it was given this often in a row.
 */
const NOES = 3;

/** Asks again and again: when the TTL is nearly over, or soon when there was no good answer. */
export class PolledSource implements Source {
  readonly name: string;
  readonly #options: PolledOptions;
  #noes = 0;
  #closed = false;
  #timer: Timer | undefined;

  constructor(name: string, options: PolledOptions) {
    this.name = name;
    this.#options = options;
  }

  start(tell: (news: News) => void): void {
    if (!this.#closed) void this.#ask(tell);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #ask(tell: (news: News) => void): Promise<void> {
    const answer = await this.#options.ask();
    if (this.#closed) return;
    this.#noes = answer.kind === 'none' ? this.#noes + 1 : 0;
    if (answer.kind === 'found') tell({ kind: 'list', backends: answer.found.backends });
    else if (this.#noes >= NOES) tell({ kind: 'list', backends: [], error: answer.error });
    else tell({ kind: 'kept', why: 'unresolved', error: answer.error });
    const ttlMs = answer.kind === 'found' ? answer.found.ttlMs : 0;
    this.#timer = this.#options.clock.after(this.#waitMs(ttlMs), () => void this.#ask(tell));
  }

  /** When 80 to 90 % have passed, so that the new answer is here before the old one is out of date. */
  #waitMs(ttlMs: number): number {
    const { limits, random } = this.#options;
    const boundedMs = Math.min(Math.max(ttlMs, limits.minTtlMs), limits.maxTtlMs);
    return boundedMs * (0.8 + 0.1 * random());
  }
}
