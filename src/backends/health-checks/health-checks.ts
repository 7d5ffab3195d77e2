import type { Clock, Random, Timer } from '../../engine/clock.ts';
import type { HealthSettings } from '../../engine/settings.ts';
import type { CauseCode, Target } from '../../engine/types.ts';
import { Tally } from './tally.ts';
import { Wheel } from './wheel.ts';

/** The part of a backend that its checks have to do with. */
export interface Checked {
  readonly target: Target;
  setHealth(up: boolean, cause: CauseCode | undefined, now: number): void;
}

export interface HealthCheckOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Pick<HealthSettings, 'intervalMs' | 'rise' | 'fall' | 'initial'>;
  /** One check: why it failed, or undefined. Never rejects, and ends by itself. */
  readonly check: (target: Target) => Promise<CauseCode | undefined>;
}

/** Turns of the wheel per interval, and the shortest time between two. */
const SLOTS = 64;
const LEAST_TURN_MS = 20;
/** First checks under way at a time: soon for each newcomer, without a burst when a thousand come at once. */
const FIRST_CHECKS = 16;

/** Checks backends in turn: one timer for all of them, and their checks spread over the interval. */
export class HealthChecks {
  readonly #options: HealthCheckOptions;
  readonly #wheel: Wheel<Entry>;
  readonly #turnMs: number;
  readonly #entries = new Map<Checked, Entry>();
  readonly #newcomers = new Set<Entry>();
  #firstChecks = 0;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: HealthCheckOptions) {
    this.#options = options;
    const { intervalMs } = options.settings;
    const slots = Math.min(Math.max(Math.floor(intervalMs / LEAST_TURN_MS), 1), SLOTS);
    this.#wheel = new Wheel(slots);
    this.#turnMs = intervalMs / slots;
  }

  /** Its first check follows at once. */
  add(backend: Checked): void {
    if (this.#closed || this.#entries.has(backend)) return;
    const { settings, clock } = this.#options;
    const entry = { backend, tally: new Tally(settings), isBusy: false };
    this.#entries.set(backend, entry);
    this.#wheel.add(entry);
    this.#newcomers.add(entry);
    if (settings.initial === 'down') backend.setHealth(false, undefined, clock.now());
    this.#beginFirst();
    if (!this.#timer) this.#arm();
  }

  delete(backend: Checked): void {
    const entry = this.#entries.get(backend);
    if (!entry) return;
    this.#entries.delete(backend);
    this.#wheel.delete(entry);
    this.#newcomers.delete(entry);
    if (this.#entries.size === 0) this.#stop();
  }

  close(): void {
    this.#closed = true;
    this.#newcomers.clear();
    this.#stop();
  }

  #stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Up to 10 % either way, so that the checks of many gateways do not stay in step. */
  #arm(): void {
    const { clock, random } = this.#options;
    this.#timer = clock.after(this.#turnMs * (0.9 + 0.2 * random()), () => this.#turn());
  }

  #turn(): void {
    this.#arm();
    for (const entry of this.#wheel.next()) {
      this.#newcomers.delete(entry);
      if (!entry.isBusy) void this.#check(entry);
    }
  }

  #beginFirst(): void {
    for (const entry of this.#newcomers) {
      if (this.#firstChecks >= FIRST_CHECKS) return;
      this.#newcomers.delete(entry);
      this.#firstChecks += 1;
      void this.#check(entry).then(() => {
        this.#firstChecks -= 1;
        this.#beginFirst();
      });
    }
  }

  async #check(entry: Entry): Promise<void> {
    const { backend, tally } = entry;
    entry.isBusy = true;
    const cause = await this.#options.check(backend.target);
    entry.isBusy = false;
    if (this.#closed || this.#entries.get(backend) !== entry) return;
    const hasChanged = tally.record(cause === undefined);
    // While it is down, each check says why.
    if (hasChanged || (cause && !tally.isUp)) backend.setHealth(tally.isUp, cause, this.#options.clock.now());
  }
}

interface Entry {
  readonly backend: Checked;
  readonly tally: Tally;
  isBusy: boolean;
}
