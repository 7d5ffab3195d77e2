/** What the backend does with its connection after the last segment: close it, reset it, or nothing. */
export type End = 'fin' | 'rst' | 'hold';

export type Method = 'GET' | 'HEAD' | 'POST';

/** One way in which a backend misbehaves. Deterministic, and found again by its name. */
export interface HostileCase {
  /** `family/how it was made`, unique. What comes from chance ends in `@seed`. */
  readonly name: string;
  readonly method: Method;
  /** Written one after the other, each when the one before has left. */
  readonly segments: readonly Buffer[];
  readonly end: End;
  /**
   * Nothing else may go on meanwhile. Nobody can tell bytes that follow when a response is over from the next
   * response; and what comes in very many segments would be overtaken by time limits.
   */
  readonly alone?: true;
}

/** Names and bytes are written as text: one character is one byte. */
export function bytesOf(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** A byte as it is shown in names. */
export function byteName(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`;
}
