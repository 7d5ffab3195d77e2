import { type BareItem, serializeList, Token } from 'structured-headers';
import type { Disclosure } from '../../engine/settings.ts';
import type { FailureReport } from '../../engine/types.ts';
import { causes } from '../causes.ts';

/** RFC 9209: `causeway; error=connection_refused; details="connection_refused"`. */
export function proxyStatusOfFailure(name: string, report: FailureReport, tier: Disclosure): string {
  const parameters = new Map<string, BareItem>();
  const { error } = causes[report.cause];
  // With the number of an alert at hand, the alert is the error.
  const type = report.parameters['alert-id'] === undefined ? error : 'tls_alert_received';
  if (type) parameters.set('error', new Token(type));
  for (const [key, value] of Object.entries(report.parameters)) {
    if (typeof value === 'number') parameters.set(key, value);
    else if (tier === 'trusted' || FIXED_WORDS.has(value)) parameters.set(key, printable(value));
  }
  const nextHop = tier === 'trusted' ? report.attempts.at(-1)?.backend : undefined;
  if (nextHop !== undefined) parameters.set('next-hop', printable(nextHop));
  parameters.set('details', report.cause);
  return serializeList([[new Token(name), parameters]]);
}

/** Names of DNS response codes and of the one coding there is. Any other text could be a backend's own. */
const FIXED_WORDS: ReadonlySet<string> = new Set([
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'chunked',
]);

/** Beside a response that the backend itself gave: `causeway; received-status=503`. */
export function proxyStatusOfResponse(name: string, status: number): string {
  return serializeList([[new Token(name), new Map([['received-status', status]])]]);
}

/** Structured strings hold visible ASCII and spaces (RFC 9651 section 3.3.3). */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
