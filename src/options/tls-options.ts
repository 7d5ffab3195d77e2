import { createSecureContext } from 'node:tls';
import { checkAuthorities } from '../engine/authorities.ts';
import { TLS_KEYS, TLS_VERSIONS } from '../engine/target-tls.ts';
import type { DialTls, TargetTls } from '../engine/types.ts';
import { checkKeys, checkText, oneOf } from './check.ts';

/** A function is read for each new connection; what it gives is checked then. */
export type TlsOption = TargetTls | (() => TargetTls);

/**
 * A certificate or key that OpenSSL cannot read would otherwise fail every connection.
 * @throws TypeError naming the key.
 */
export function checkTls(key: string, tls: TlsOption): void {
  if (typeof tls === 'function') return;
  checkKeys(key, tls, TLS_KEYS);
  checkText(`${key}.servername`, tls.servername);
  if (tls.minVersion !== undefined) oneOf(...TLS_VERSIONS)(`${key}.minVersion`, tls.minVersion);
  try {
    createSecureContext({ ca: tls.ca, cert: tls.cert, key: tls.key });
    checkAuthorities(tls.ca);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TypeError(`${key} must hold readable certificates and a key that fits: ${reason}`, {
      cause: error,
    });
  }
}

/** @throws TypeError in the end: whoever forges a service record would choose the name in the certificate. */
export function withServername<Tls extends DialTls>(
  key: string,
  tls: Tls | (() => TargetTls) | undefined,
): Tls | (() => TargetTls) {
  const rule = 'servername must be given for https: with discover: "srv", got undefined';
  if (typeof tls === 'function') {
    return () => {
      const given: unknown = tls();
      const isNamed = given instanceof Promise || (given as TargetTls | undefined)?.servername !== undefined;
      if (!isNamed) throw new TypeError(rule);
      return given as TargetTls;
    };
  }
  if (tls?.servername === undefined) throw new TypeError(`${key}.${rule}`);
  return tls;
}
