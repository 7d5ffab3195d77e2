/** How late a coarse timer may be. */
const GRAIN_MS = 20;

/** Sets one real timer; returns what cancels it. */
export type SetTimer = (ms: number, run: () => void) => () => void;

/**
 * Many timers behind one real one, for limits that are nearly always cancelled before they are due. Setting
 * and cancelling is a list operation. Due times are rounded up to the grain: late by up to it, never early.
 */
export class CoarseTimers {
  readonly #now: () => number;
  readonly #setTimer: SetTimer;
  /** By due time, in grains. */
  readonly #slots = new Map<number, Slot>();
  #armedFor = Infinity;
  #disarm: () => void = () => undefined;

  constructor(now: () => number, setTimer: SetTimer) {
    this.#now = now;
    this.#setTimer = setTimer;
  }

  /** Timers that are set. */
  get size(): number {
    let size = 0;
    for (const slot of this.#slots.values()) size += slot.count;
    return size;
  }

  after(ms: number, run: () => void): CoarseTimer {
    const due = Math.ceil((this.#now() + ms) / GRAIN_MS);
    let slot = this.#slots.get(due);
    if (!slot) {
      slot = new Slot(due, this.#slots);
      this.#slots.set(due, slot);
      if (due < this.#armedFor) this.#arm(due);
    }
    return new CoarseTimer(slot, run);
  }

  #arm(due: number): void {
    this.#disarm();
    this.#armedFor = due;
    this.#disarm = this.#setTimer(Math.max(due * GRAIN_MS - this.#now(), 1), this.#runDue);
  }

  readonly #runDue = (): void => {
    this.#armedFor = Infinity;
    const now = this.#now() / GRAIN_MS;
    const due = [...this.#slots.values()].filter((slot) => slot.due <= now).sort((a, b) => a.due - b.due);
    for (const slot of due) this.#slots.delete(slot.due);
    for (const slot of due) slot.run();
    let next = Infinity;
    for (const slot of this.#slots.keys()) next = Math.min(next, slot);
    if (next < this.#armedFor) this.#arm(next);
  };
}

/** The timers that are due within one grain: a list, so that cancelling is an unlinking. */
class Slot {
  readonly due: number;
  readonly #slots: Map<number, Slot>;
  first: CoarseTimer | undefined = undefined;
  count = 0;

  constructor(due: number, slots: Map<number, Slot>) {
    this.due = due;
    this.#slots = slots;
  }

  run(): void {
    while (this.first) {
      const { run } = this.first;
      this.first.cancel();
      try {
        run();
      } catch (error) {
        // As uncaught as in a timer of its own, but the others still run.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  leave(): void {
    this.count -= 1;
    if (this.count === 0 && this.#slots.get(this.due) === this) this.#slots.delete(this.due);
  }
}

class CoarseTimer {
  run: () => void;
  readonly #slot: Slot;
  #previous: CoarseTimer | undefined = undefined;
  #next: CoarseTimer | undefined;
  #isSet = true;

  constructor(slot: Slot, run: () => void) {
    this.run = run;
    this.#slot = slot;
    this.#next = slot.first;
    if (slot.first) slot.first.#previous = this;
    slot.first = this;
    slot.count += 1;
  }

  cancel(): void {
    if (!this.#isSet) return;
    this.#isSet = false;
    if (this.#previous) this.#previous.#next = this.#next;
    else this.#slot.first = this.#next;
    if (this.#next) this.#next.#previous = this.#previous;
    // A cancelled timer that the garbage collector has not reached yet must not keep others alive.
    this.#previous = undefined;
    this.#next = undefined;
    this.run = nothing;
    this.#slot.leave();
  }
}

function nothing(): void {}
