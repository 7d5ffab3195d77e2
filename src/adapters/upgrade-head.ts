import type { Upgraded } from '../engine/types.ts';

/** The 101 as the client gets it. Its headers went through an HTTP parser: none can break out of its line. */
export function switchingHead({ protocol, headers }: Upgraded, attempts: number): string {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', `Upgrade: ${protocol}`];
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i] as string;
    // There is no content (RFC 9110 section 8.6).
    if (name.toLowerCase() !== 'content-length') lines.push(`${name}: ${headers[i + 1]}`);
  }
  if (attempts > 1) lines.push(`Proxy-Attempts: ${attempts}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}
