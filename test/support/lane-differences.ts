import type { CauseCode } from 'causeway-proxy';
import type { Fault } from 'causeway-proxy/testing';
import { expect } from 'vitest';
import type { Lane } from './cause-lanes.ts';
import { startFault, startWatched } from './live-watched.ts';

/** Where a lane does not do as the table of faults says, why, and what it does instead. */
export interface Difference {
  readonly why: string;
  readonly show: (lane: Lane, fault: Fault) => Promise<void>;
}

const NO_HTTP2: Difference = {
  why: "http-proxy-middleware forwards by Node's HTTP/1.1 client; a backend that must have HTTP/2 is refused at once",
  show: async (lane, fault) => {
    const { options } = await startFault(fault);
    await expect(startWatched(lane, options)).rejects.toThrow(/protocol "http\/1\.1".*no HTTP\/2/);
  },
};

const HTTP2_FAULTS = [
  'closed_before_response/http2',
  'first_byte_timeout/http2',
  'body_idle_timeout/http2',
  'http_version_mismatch/http1_only',
  'http_version_mismatch/http1_only_alpn',
  'response_truncated/stream_reset',
  'backend_status/http2',
  'stream_refused',
  'stream_refused/goaway',
  'stream_reset',
  'stream_reset/cancel',
] as const satisfies readonly Fault[];

const DIFFERENCES: Readonly<Record<Lane, Partial<Record<Fault, Difference>>>> = {
  direct: {},
  'http-proxy-middleware': {
    ...Object.fromEntries(HTTP2_FAULTS.map((fault) => [fault, NO_HTTP2])),
  },
};

/** Causes that cannot come about on a lane: those of HTTP/2 alone. */
export const IMPOSSIBLE: Readonly<Record<Lane, readonly CauseCode[]>> = {
  direct: [],
  'http-proxy-middleware': ['stream_refused', 'stream_reset'],
};

export function differencesOf(lane: Lane): [Fault, Difference][] {
  return Object.entries(DIFFERENCES[lane]) as [Fault, Difference][];
}

export function differs(lane: Lane, fault: Fault): boolean {
  return fault in DIFFERENCES[lane];
}
