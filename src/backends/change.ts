import type { BackendReport, CauseCode } from '../engine/types.ts';
import type { Backend } from './backend.ts';
import type { BreakerReason, BreakerState } from './gates/breaker.ts';

/** What happened to a backend. */
export type BackendChangeKind = 'joined' | 'left' | 'draining' | 'restored' | 'up' | 'down' | BreakerState;

/** What it is due to: an operator, discovery, a health check, or what the breaker saw. */
export type ChangeReason = 'by_hand' | 'by_request' | 'discovery' | BreakerReason;

export interface BackendChange {
  readonly backend: Backend;
  readonly kind: BackendChangeKind;
  readonly reason: ChangeReason;
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
  place(backend: Backend): void;
  /** It does, and operators want to know. */
  changed(change: BackendChange): void;
}
