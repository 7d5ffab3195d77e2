import type { BackendReport, CauseCode } from '../engine/types.ts';
import type { Backend } from './backend.ts';

/** What happened to a backend. */
export type BackendChangeKind =
  'joined' | 'left' | 'draining' | 'restored' | 'up' | 'down' | 'open' | 'half_open' | 'closed';

export interface BackendChange {
  readonly backend: Backend;
  readonly kind: BackendChangeKind;
  /** The failure behind it, where there is one. */
  readonly cause: CauseCode | undefined;
  /** Of a breaker: how long it stays open before a request may look. */
  readonly openMs: number | undefined;
  readonly now: number;
}

/** Where a backend stands for the choice of one. */
export type Standing = BackendReport['state'];

/** Told by a backend of everything that may move it in or out of rotation. */
export interface Keeper {
  /** It may stand somewhere else now. */
  place(backend: Backend, now: number): void;
  /** It does, and operators want to know. */
  changed(change: BackendChange): void;
}
