import { type BareItem, serializeList, Token } from 'structured-headers';
import type { FailureReport } from '../../engine/types.ts';
import { causes } from '../causes.ts';

/** RFC 9209: `causeway; error=connection_refused; details="connection_refused"`. */
export function proxyStatusOfFailure(
  name: string,
  report: FailureReport,
  nextHop: string | undefined,
): string {
  const parameters = new Map<string, BareItem>();
  const { error } = causes[report.cause];
  // With the number of an alert at hand, the alert is the error.
  const type = report.parameters['alert-id'] === undefined ? error : 'tls_alert_received';
  if (type) parameters.set('error', new Token(type));
  for (const [key, value] of Object.entries(report.parameters)) parameters.set(key, value);
  if (nextHop !== undefined) parameters.set('next-hop', printable(nextHop));
  parameters.set('details', report.cause);
  return serializeList([[new Token(name), parameters]]);
}

/** Beside a response that the backend itself gave: `causeway; received-status=503`. */
export function proxyStatusOfResponse(name: string, status: number): string {
  return serializeList([[new Token(name), new Map([['received-status', status]])]]);
}

/** Structured strings hold visible ASCII and spaces (RFC 9651 section 3.3.3). */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
