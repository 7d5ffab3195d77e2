/** Shown of a text or of bytes that somebody else sent. */
const MAX_SHOWN = 64;

/** Bytes as they may be shown to a trusted reader: visible ASCII and spaces as they are, the rest as `\xNN`. */
export function printableBytes(bytes: Uint8Array, max = MAX_SHOWN): string {
  let text = '';
  for (const byte of bytes.subarray(0, max)) text += printableByte(byte);
  return `"${text}"${bytes.length > max ? '...' : ''}`;
}

function printableByte(byte: number): string {
  const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x22 && byte !== 0x5c;
  return isPlain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** The same for text, by its UTF-8 bytes. */
export function printable(text: string, max?: number): string {
  return printableBytes(Buffer.from(text), max);
}
