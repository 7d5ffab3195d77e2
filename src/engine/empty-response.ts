import { STATUS_CODES } from 'node:http';
import type { Ending, RawHeaders, Responded, Sink } from './types.ts';

const ENDING: Ending = Object.freeze({ verdict: Object.freeze({ kind: 'success' }), bytes: 0 });

/** A response of the gateway's own that has no body, where that is what HTTP asks for. */
export class EmptyResponse implements Responded {
  readonly kind = 'responded';
  readonly status: number;
  readonly statusText: string;
  readonly headers: RawHeaders;
  readonly hasRepeatedHeaders = false;
  readonly isEventStream = false;
  readonly complete = true;

  constructor(status: number, headers: RawHeaders = []) {
    this.status = status;
    this.statusText = STATUS_CODES[status] ?? '';
    this.headers = headers;
  }

  relay(sink: Sink): Promise<Ending> {
    sink.end(undefined, undefined);
    return Promise.resolve(ENDING);
  }

  discard(): void {}

  onEnded(listener: (ending: Ending) => void): void {
    listener(ENDING);
  }
}
