import type { CauseCode } from 'causeway-proxy';
import type { Method } from '../hostile-case.ts';
import type { Reply } from '../client-slot.ts';
import { readResponse } from '../reading/read-response.ts';
import type { Head, Reading } from '../reading/types.ts';

/** What the gateway made of a case, as its client saw it. */
export type Outcome =
  | { readonly kind: 'relayed'; readonly reading: Reading }
  | { readonly kind: 'refused'; readonly cause: CauseCode; readonly reading: Reading }
  | { readonly kind: 'broken'; readonly reading: Reading }
  /** None of what a client may see. */
  | { readonly kind: 'wrong'; readonly why: string };

/** What has been relayed may be as odd as what the backend sent. */
export function outcomeOf(reply: Reply, method: Method, truth: Reading): Outcome {
  if (reply.end === 'hung') return { kind: 'wrong', why: 'the client got no end' };
  const reading = readResponse(reply.bytes, method, reply.end === 'fin');
  if (reading.state === 'incomplete') return { kind: 'broken', reading };
  if (reading.state === 'invalid') return wrong('invalid', reading.flaw ?? '', reply);
  const oddities = [...reading.oddities].filter((oddity) => !truth.oddities.has(oddity));
  if (oddities.length > 0) return wrong('odd', oddities.join(), reply);
  if (reading.length < reply.bytes.length) return wrong('too long', String(reading.length), reply);
  const cause = valueOf(reading.head, 'proxy-cause');
  if (cause === undefined || cause === 'backend_status') return { kind: 'relayed', reading };
  return { kind: 'refused', cause: cause as CauseCode, reading };
}

function wrong(what: string, detail: string, { bytes }: Reply): Outcome {
  return { kind: 'wrong', why: `the gateway's own bytes are ${what} (${detail}): ${excerpt(bytes)}` };
}

export function valueOf(head: Head | undefined, lowerName: string): string | undefined {
  return head?.headers.find(([name]) => name.toLowerCase() === lowerName)?.[1];
}

export function excerpt(bytes: Buffer): string {
  const text = JSON.stringify(bytes.toString('latin1'));
  return text.length > 400 ? `${text.slice(0, 400)}... (${bytes.length} bytes)` : text;
}
