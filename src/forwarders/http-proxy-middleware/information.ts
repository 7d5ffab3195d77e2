import type { IncomingHttpHeaders } from 'node:http';
import type { Exchange } from '../../engine/types.ts';

/** 102 and 103 as a backend, or a hook, sends them: to a client that knows such responses. */
export function relayInformation(
  { client, httpVersion }: Exchange,
  status: number,
  headers: IncomingHttpHeaders,
): void {
  if (!client || httpVersion === '1.0') return;
  const { response } = client;
  if (response.headersSent || response.destroyed) return;
  try {
    if (status === 102) response.writeProcessing();
    else if (status === 103 && headers['link'] !== undefined) {
      response.writeEarlyHints({ link: headers['link'] as string | string[] });
    }
  } catch {
    // A Link that Node will not write: it was only a hint.
  }
}
