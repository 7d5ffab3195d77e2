import type { HeaderValue } from './headers.ts';

const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const PROTOCOL = new RegExp(`^${TOKEN}(?:/${TOKEN})?$`);

/**
 * Protocols in which requests travel. Whoever tunnelled them would let requests past the gateway, and past the app
 * in front of it (h2c smuggling): a server may ignore an Upgrade (RFC 9110 section 7.8), and these are ignored.
 */
const CARRIES_REQUESTS = /^(?:h2c?|http|tls)(?:\/|$)/i;

/** The protocols in an Upgrade header, as spelled. */
export function protocolsIn(value: HeaderValue): string[] {
  if (value === undefined) return [];
  return String(value)
    .split(',')
    .map((protocol) => protocol.trim())
    .filter((protocol) => PROTOCOL.test(protocol));
}

/** What a backend is asked to switch to; undefined when the client wants nothing that can be tunnelled. */
export function tunnelledUpgrade(value: HeaderValue): string | undefined {
  const wanted = protocolsIn(value).filter((protocol) => !CARRIES_REQUESTS.test(protocol));
  return wanted.length === 0 ? undefined : wanted.join(', ');
}

/** Did the other side switch to what it was asked for, and to nothing else? Names differ in case alone. */
export function isSwitchTo(asked: string, given: HeaderValue): boolean {
  const wanted = protocolsIn(asked).map(fold);
  const switched = protocolsIn(given).map(fold);
  return switched.length > 0 && switched.every((protocol) => wanted.includes(protocol));
}

function fold(protocol: string): string {
  return protocol.toLowerCase();
}
