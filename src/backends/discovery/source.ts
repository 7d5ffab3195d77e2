import type { BackendSettings } from '../../engine/settings.ts';

/** Where backends come from, other than from the list in the options. */
export interface Source {
  /** Unique among the sources of a gateway. */
  readonly name: string;
  /** Begins; from now on `tell` hears what there is. */
  start(tell: (news: News) => void): void;
  close(): void;
}

export type News =
  | {
      readonly kind: 'list';
      readonly backends: readonly BackendSettings[];
      /** What name servers said, where that is why there are none. */
      readonly error?: unknown;
    }
  /** Nothing to go by: the last list is kept. */
  | { readonly kind: 'kept'; readonly why: KeptReason; readonly error?: unknown };

/** `unresolved`: name servers do not answer, or say no for the first time. The others are lists of the app's own. */
export type KeptReason = 'unresolved' | 'invalid' | 'threw' | 'ended';
