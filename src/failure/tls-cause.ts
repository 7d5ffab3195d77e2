import type { CauseCode } from '../engine/types.ts';
import type { Named } from './classify.ts';
import type { ErrorFacts } from './error-chain.ts';
import { NO_HTTP2 } from './http2-cause.ts';
import { printableBytes } from './printable.ts';

/** Node's "X509 certificate error codes", those about CRLs aside: none is ever given. */
const CERTIFICATE = new Map<string, CauseCode>(
  Object.entries({
    CERT_HAS_EXPIRED: 'tls_certificate_expired',
    CERT_NOT_YET_VALID: 'tls_certificate_expired',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'tls_certificate_untrusted',
    SELF_SIGNED_CERT_IN_CHAIN: 'tls_certificate_untrusted',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls_certificate_untrusted',
    UNABLE_TO_GET_ISSUER_CERT: 'tls_certificate_untrusted',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls_certificate_untrusted',
    CERT_REVOKED: 'tls_certificate_untrusted',
    CERT_SIGNATURE_FAILURE: 'tls_certificate_untrusted',
    UNABLE_TO_DECRYPT_CERT_SIGNATURE: 'tls_certificate_untrusted',
    UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: 'tls_certificate_untrusted',
    ERROR_IN_CERT_NOT_BEFORE_FIELD: 'tls_certificate_untrusted',
    ERROR_IN_CERT_NOT_AFTER_FIELD: 'tls_certificate_untrusted',
    CERT_CHAIN_TOO_LONG: 'tls_certificate_untrusted',
    PATH_LENGTH_EXCEEDED: 'tls_certificate_untrusted',
    INVALID_CA: 'tls_certificate_untrusted',
    INVALID_PURPOSE: 'tls_certificate_untrusted',
    CERT_UNTRUSTED: 'tls_certificate_untrusted',
    CERT_REJECTED: 'tls_certificate_untrusted',
    HOSTNAME_MISMATCH: 'tls_name_mismatch',
    ERR_TLS_CERT_ALTNAME_INVALID: 'tls_name_mismatch',
  }),
);

const NOT_TLS = /wrong version number|packet length too long|http request|record layer failure/i;

/** RFC 8446 section 6.2, as OpenSSL spells them: enough to give the alert its number. */
const ALERT_IDS: Readonly<Record<string, number>> = {
  HANDSHAKE_FAILURE: 40,
  PROTOCOL_VERSION: 70,
  INSUFFICIENT_SECURITY: 71,
  INTERNAL_ERROR: 80,
  UNRECOGNIZED_NAME: 112,
  CERTIFICATE_REQUIRED: 116,
  NO_APPLICATION_PROTOCOL: 120,
};

/** A failure between `connect` and `secureConnect`: not a byte of the request was sent. */
export function tlsCause(error: ErrorFacts): Named {
  const refused = CERTIFICATE.get(error.code);
  if (refused)
    return {
      cause: refused,
      ...(error.names && { detail: `It is for "${printableBytes(Buffer.from(error.names))}".` }),
    };
  if (error.code === NO_HTTP2) return { cause: 'http_version_mismatch', reached: 'no' };
  if (/^ERR_(OSSL|INVALID)_/.test(error.code)) return { cause: 'configuration_error', reached: 'no' };
  if (NOT_TLS.test(`${error.reason} ${error.message}`)) return { cause: 'tls_on_plaintext_port' };
  const alert = Object.keys(ALERT_IDS).find((name) => error.code.endsWith(`ALERT_${name}`));
  if (alert === 'NO_APPLICATION_PROTOCOL') return { cause: 'http_version_mismatch', reached: 'no' };
  const id = alert === undefined ? undefined : ALERT_IDS[alert];
  return { cause: 'tls_handshake_failed', ...(id !== undefined && { parameters: { 'alert-id': id } }) };
}
