/** What is given to each phase of a run. */
export interface PhaseContext {
  readonly seed: number;
  /** No new work after this, on `performance.now()`. */
  readonly endsAt: number;
}

export interface PhaseResult {
  readonly cases: number;
  /** Of so many: fewer were played when the time was up. */
  readonly of: number;
  readonly outcomes: ReadonlyMap<string, number>;
  /** What is known to be wrong, and how often it was seen. */
  readonly known: ReadonlyMap<string, number>;
  readonly violations: readonly string[];
  /** What else was measured. */
  readonly notes?: readonly string[];
}

/** One kind of trouble, from start to end: leaves nothing behind. */
export interface Phase {
  readonly name: string;
  readonly run: (context: PhaseContext) => Promise<PhaseResult>;
}
