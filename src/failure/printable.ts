/** Enough to recognise a banner, a TLS record or the start of a page. */
const SHOWN_BYTES = 64;

/**
 * Bytes that somebody else sent, as text that is safe to show anywhere: printable ASCII stays, except that
 * `"` becomes `\"` and `\` becomes `\\`; the rest becomes `\xNN`. Meant to stand between double quotes, from
 * which it cannot break out. After `max` bytes (64 unless told) it is cut, which three dots show.
 */
export function printableBytes(bytes: Uint8Array, max = SHOWN_BYTES): string {
  const shown = Array.from(bytes.subarray(0, max), printableByte).join('');
  return bytes.length > max ? `${shown}...` : shown;
}

function printableByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === '"' || character === '\\') return `\\${character}`;
  return byte >= 0x20 && byte <= 0x7e ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** Control characters, marks that turn or hide text, line separators, halves of surrogate pairs. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Text of any language with what cannot be seen made visible, as `\u{202e}`. */
export function printableText(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
