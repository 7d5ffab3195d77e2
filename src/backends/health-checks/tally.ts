import type { HealthSettings } from '../../engine/settings.ts';

/** Counts what the checks of one backend found. */
export class Tally {
  readonly #settings: Pick<HealthSettings, 'rise' | 'fall'>;
  #isUp: boolean;
  /** Nothing is known yet: then one check that passes is enough. */
  #isFirst = true;
  /** Checks in a row that contradict the present state. */
  #against = 0;

  constructor(settings: Pick<HealthSettings, 'rise' | 'fall' | 'initial'>) {
    this.#settings = settings;
    this.#isUp = settings.initial === 'up';
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** True when the state changed, or was found out for the first time. */
  record(passed: boolean): boolean {
    if (this.#isFirst && passed) {
      this.#isFirst = false;
      this.#isUp = true;
      this.#against = 0;
      return true;
    }
    this.#against = passed === this.#isUp ? 0 : this.#against + 1;
    if (this.#against < (passed ? this.#settings.rise : this.#settings.fall)) return false;
    this.#isFirst = false;
    this.#isUp = passed;
    this.#against = 0;
    return true;
  }
}
