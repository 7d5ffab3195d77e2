import type { BackendSettings } from '../../engine/settings.ts';
import type { CauseCode } from '../../engine/types.ts';
import { classify } from '../../failure/classify.ts';
import type { KeptReason, News, Source } from './source.ts';

/** What a source came to say, where that is new. */
export interface DiscoveryReport {
  readonly source: string;
  /** `kept`: nothing to go by, so its last backends stay. */
  readonly state: 'found' | 'empty' | 'kept';
  /** How many it has now. */
  readonly backends: number;
  readonly why?: KeptReason;
  /** What the name servers' failure is called. */
  readonly cause?: CauseCode;
  readonly error?: unknown;
}

export interface DiscoveryOptions {
  readonly sources: readonly Source[];
  /** Those of a source's backends that are worth having. Default: all. */
  readonly worthHaving?: (backends: readonly BackendSettings[]) => readonly BackendSettings[];
  /** Takes the backends of a source in place of those that it had before. Nothing happens when they are the same. */
  readonly reconcile: (source: string, backends: readonly BackendSettings[]) => void;
  readonly onReport: (report: DiscoveryReport) => void;
}

/** Hands on what the sources find, and says what is new about it. */
export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #last = new Map<string, DiscoveryReport>();
  #closed = false;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
  }

  /** What each source came to say last. */
  get reports(): readonly DiscoveryReport[] {
    return [...this.#last.values()];
  }

  start(): void {
    for (const source of this.#options.sources) source.start((news) => this.#hear(source.name, news));
  }

  close(): void {
    this.#closed = true;
    for (const source of this.#options.sources) source.close();
  }

  #hear(source: string, news: News): void {
    if (this.#closed) return;
    const last = this.#last.get(source);
    const report = this.#take(source, news, last?.backends ?? 0);
    this.#last.set(source, report);
    const isNew =
      last?.state !== report.state || last.why !== report.why || last.backends !== report.backends;
    if (isNew) this.#options.onReport(report);
  }

  #take(source: string, news: News, before: number): DiscoveryReport {
    if (news.kind === 'kept') {
      const cause = news.why === 'unresolved' ? { cause: causeOf(news.error) } : {};
      return { source, state: 'kept', backends: before, why: news.why, error: news.error, ...cause };
    }
    const { worthHaving, reconcile } = this.#options;
    const backends = worthHaving?.(news.backends) ?? news.backends;
    try {
      reconcile(source, backends);
    } catch (error) {
      return { source, state: 'kept', backends: before, why: 'invalid', error };
    }
    if (backends.length > 0) return { source, state: 'found', backends: backends.length };
    return {
      source,
      state: 'empty',
      backends: 0,
      ...(news.error !== undefined && { cause: causeOf(news.error) }),
    };
  }
}

function causeOf(error: unknown): CauseCode {
  return classify({ phase: 'dns', error, timedOut: false, reused: false, bytesRead: 0 }).cause;
}
