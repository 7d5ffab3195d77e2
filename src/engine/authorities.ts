import { X509Certificate } from 'node:crypto';

const BEGIN = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/;

/**
 * Node passes over what is no certificate, such as the name of a file in place of its contents, and then trusts nobody.
 * @throws TypeError for authorities that are none.
 */
export function checkAuthorities(ca: unknown): void {
  if (ca === undefined) return;
  const texts = [ca]
    .flat()
    .map(textOf)
    .filter((text) => text.trim() !== '');
  if (texts.length > 0 && texts.every(isCertificate)) return;
  throw new TypeError('ca holds no certificate in PEM');
}

function textOf(given: unknown): string {
  return ArrayBuffer.isView(given)
    ? Buffer.from(given.buffer, given.byteOffset, given.byteLength).toString('latin1')
    : String(given);
}

/** The first of them, where there are several. */
function isCertificate(text: string): boolean {
  const at = text.search(BEGIN);
  if (at < 0) return false;
  try {
    return new X509Certificate(text.slice(at)).subject !== undefined;
  } catch {
    return false;
  }
}
