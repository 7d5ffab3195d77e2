import type { CauseCode } from 'causeway-proxy';
import type { HostileCase } from '../hostile-case.ts';
import type { Flaw, Oddity, Reading } from '../reading/types.ts';

const OF_FLAWS: Readonly<Record<Flaw, readonly CauseCode[]>> = {
  not_http: ['response_not_http'],
  tls: ['plaintext_on_tls_port'],
  http2: ['http_version_mismatch'],
  version: ['http_version_mismatch'],
  status_line: ['response_header_invalid', 'http_version_mismatch'],
  status: ['response_header_invalid'],
  header: ['response_header_invalid'],
  framing_header: ['response_header_invalid', 'response_framing_ambiguous'],
  framing: ['response_framing_ambiguous'],
  coding: ['response_coding_error'],
  empty_coding_beside_length: ['response_framing_ambiguous', 'response_coding_error'],
  chunk: ['response_coding_error'],
  upgrade: ['upgrade_failed'],
};

/** What may be tolerated may also be refused, under these names. */
const OF_ODDITIES: Readonly<Record<Oddity, readonly CauseCode[]>> = {
  bare_lf: ['response_header_invalid', 'response_framing_ambiguous'],
  leading_empty_line: ['response_not_http'],
  loose_status_line: ['response_header_invalid'],
  other_version: ['http_version_mismatch'],
  like_http: ['response_not_http'],
  doubled_cr: ['response_header_invalid'],
  space_before_colon: ['response_header_invalid'],
  folded_header: ['response_header_invalid'],
  control_character: ['response_header_invalid', 'response_framing_ambiguous'],
  repeated_length: ['response_framing_ambiguous'],
  huge_length: ['response_framing_ambiguous', 'response_coding_error'],
  empty_list_element: ['response_framing_ambiguous'],
  chunked_in_http_1_0: ['response_framing_ambiguous'],
  interim_in_http_1_0: ['response_header_invalid'],
  interim_connection: ['response_header_invalid'],
  tab_in_framing: ['response_framing_ambiguous'],
  framing_in_trailers: ['response_coding_error'],
  framing_of_no_body: ['response_framing_ambiguous'],
  chunk_extension: ['response_coding_error'],
  large_head: ['response_headers_too_large'],
  large_trailers: ['response_headers_too_large'],
};

/** Every cause that would be a true name for what is wrong with these bytes. None: nothing is wrong. */
export function possibleCauses({ end }: HostileCase, reading: Reading, reused: boolean): Set<CauseCode> {
  const found = new Set<CauseCode>();
  const add = (codes: readonly CauseCode[]): void => codes.forEach((code) => found.add(code));
  if (reading.flaw) add(OF_FLAWS[reading.flaw]);
  for (const flaw of reading.doomed) add(OF_FLAWS[flaw]);
  for (const oddity of reading.oddities) add(OF_ODDITIES[oddity]);
  // Our HTTP library says the same of every bad head that has a length.
  if (
    reading.hasLength &&
    (found.has('response_header_invalid') || found.has('response_framing_ambiguous'))
  ) {
    add(['response_header_invalid', 'response_framing_ambiguous']);
  }
  // In a body, nothing is told apart: trailers are a part of the chunked coding.
  if (reading.place === 'body' && found.size > 0) add(['response_coding_error']);
  if (reading.state === 'incomplete') add(ofSilence(end, reading.place));
  // A reset may overtake what was sent before it.
  if (end === 'rst') add(['closed_before_response', 'response_truncated']);
  if (reused && found.has('closed_before_response')) add(['stale_connection']);
  return found;
}

function ofSilence(end: HostileCase['end'], place: Reading['place']): readonly CauseCode[] {
  if (end === 'hold') return [place === 'head' ? 'first_byte_timeout' : 'body_idle_timeout'];
  return [place === 'head' ? 'closed_before_response' : 'response_truncated'];
}
