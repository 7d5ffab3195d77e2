import type { Clock, Timer } from '../../engine/clock.ts';
import type { BackendSettings } from '../../engine/settings.ts';
import type { News, Source } from './source.ts';

export interface ListOptions {
  readonly clock: Clock;
  readonly lists: AsyncIterable<unknown>;
  /** @throws TypeError or RangeError that names what is wrong with a list. */
  readonly settle: (list: unknown) => readonly BackendSettings[];
}

/** One that has always another list ready must not keep the process from everything else. */
const PAUSE_MS = 100;

/** Lists of the app's own making, one after the other; each replaces the one before. */
export class ListSource implements Source {
  readonly name: string;
  readonly #options: ListOptions;
  #iterator: AsyncIterator<unknown> | undefined;
  #closed = false;
  #pause: Timer | undefined;

  constructor(name: string, options: ListOptions) {
    this.name = name;
    this.#options = options;
  }

  start(tell: (news: News) => void): void {
    void this.#next(tell);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pause?.cancel();
    void this.#return();
  }

  async #next(tell: (news: News) => void): Promise<void> {
    if (this.#closed) return;
    const news = await this.#read();
    if (this.#closed) return;
    tell(news);
    if (news.kind === 'kept' && news.why !== 'invalid') return;
    this.#pause = this.#options.clock.after(PAUSE_MS, () => void this.#next(tell));
  }

  async #read(): Promise<News> {
    let list: unknown;
    try {
      this.#iterator ??= this.#options.lists[Symbol.asyncIterator]();
      const { done, value } = await this.#iterator.next();
      if (done) return { kind: 'kept', why: 'ended' };
      list = value;
    } catch (error) {
      return { kind: 'kept', why: 'threw', error };
    }
    try {
      return { kind: 'list', backends: this.#options.settle(list) };
    } catch (error) {
      return { kind: 'kept', why: 'invalid', error };
    }
  }

  /** Not waited for: a generator returns no sooner than the promise that it is waiting for. */
  async #return(): Promise<void> {
    try {
      await this.#iterator?.return?.();
    } catch {
      // It is over either way.
    }
  }
}
