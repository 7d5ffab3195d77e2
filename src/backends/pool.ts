import type { Exchange, Pass } from '../engine/types.ts';
import type { Backend } from './backend.ts';
import type { BackendChange, ChangeReason, Keeper } from './change.ts';
import { Choice, type MayBeRisked } from './choice.ts';
import { Rotation, type RotationOptions } from './rotation.ts';

export interface PoolOptions extends RotationOptions {
  readonly mayBeRisked: MayBeRisked;
}

/** Listens to what happens to the backends of a pool. It must not throw. */
export type PoolListener = (change: BackendChange) => void;

/** The backends of one gateway, which come and go, and the choice among them. */
export class Pool implements Keeper {
  readonly rotation: Rotation;
  readonly #choice: Choice;
  readonly #listeners = new Set<PoolListener>();
  readonly #members = new Set<Backend>();
  #list: readonly Backend[] | undefined;
  #wasEverFilled = false;

  constructor(options: PoolOptions) {
    this.rotation = new Rotation(options);
    this.#choice = new Choice(this.rotation, options.mayBeRisked);
  }

  /** All that have joined and not left, in or out of rotation. */
  get backends(): readonly Backend[] {
    return (this.#list ??= [...this.#members]);
  }

  /** Since the beginning there was not one backend: discovery has found none yet. */
  get isUnconfigured(): boolean {
    return !this.#wasEverFilled;
  }

  /** Returns what takes the listener off again. */
  watch(listener: PoolListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  join(backend: Backend, reason: ChangeReason, now: number): void {
    this.#wasEverFilled = true;
    this.#members.add(backend);
    this.#list = undefined;
    backend.keptBy(this);
    this.rotation.join(backend);
    this.changed({ backend, kind: 'joined', reason, cause: undefined, openMs: undefined, now });
  }

  leave(backend: Backend, reason: ChangeReason, now: number): void {
    this.#members.delete(backend);
    this.#list = undefined;
    this.rotation.leave(backend);
    backend.keptBy(undefined);
    this.changed({ backend, kind: 'left', reason, cause: undefined, openMs: undefined, now });
  }

  /** With the weight and tier that it has now. */
  resettle(backend: Backend): void {
    this.rotation.leave(backend);
    this.rotation.join(backend);
  }

  place(backend: Backend): void {
    this.rotation.place(backend);
  }

  changed(change: BackendChange): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** A backend that would take this exchange now, if possible one that it has not tried. */
  choose(exchange: Exchange, now: number): Backend | undefined {
    return this.#choice.choose(exchange, now);
  }

  /** What `choose` has chosen. Undefined when its gates refuse all the same. */
  enter(backend: Backend, now: number): Pass | undefined {
    return this.rotation.isPanicking ? backend.enterAnyway(now) : backend.enter(now);
  }

  /** Where another attempt of this exchange could go. */
  elsewhere(exchange: Exchange, now: number): 'other' | 'only' | 'same' | 'none' {
    return this.#choice.elsewhere(exchange, now);
  }

  /** Some backend would take this exchange but for its limit on concurrent requests. */
  isMerelyBusy(exchange: Exchange): boolean {
    return this.#choice.isMerelyBusy(exchange);
  }
}
