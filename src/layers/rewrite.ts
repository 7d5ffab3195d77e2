import { rewriteResponse } from '../engine/rewrite/response.ts';
import type { Duplex } from 'node:stream';
import type {
  Ending,
  Exchange,
  Layer,
  Outcome,
  RawHeaders,
  Responded,
  Sink,
  Upgraded,
} from '../engine/types.ts';

/** Changes the head of the response that goes to the client, after all that is decided by what the backend sent. */
export function rewrite(): Layer {
  return (next) => (exchange) => {
    const { response, location, cookies } = exchange.settings.rewrite;
    if (!response && !location && !cookies) return next(exchange);
    return next(exchange).then((outcome) => rewritten(outcome, exchange));
  };
}

function rewritten(outcome: Outcome, exchange: Exchange): Outcome {
  const target = exchange.attempt?.target;
  if (outcome.kind === 'failed' || !target) return outcome;
  try {
    const { status, headers, repeated } = rewriteResponse(outcome, exchange, target);
    return outcome.kind === 'upgraded'
      ? new RewrittenUpgrade(outcome, headers)
      : new RewrittenResponse(outcome, { status, headers, repeated });
  } catch (error) {
    outcome.discard();
    throw error;
  }
}

/** A response but for its head. */
class RewrittenResponse implements Responded {
  readonly kind = 'responded';
  readonly status: number;
  readonly receivedStatus: number;
  readonly statusText: string;
  readonly headers: RawHeaders;
  readonly hasRepeatedHeaders: boolean;
  readonly withdrawn: readonly string[] | undefined;
  readonly #inner: Responded;

  constructor(
    inner: Responded,
    head: { readonly status: number; readonly headers: RawHeaders; readonly repeated: boolean },
  ) {
    this.#inner = inner;
    this.status = head.status;
    this.receivedStatus = inner.status;
    this.statusText = head.status === inner.status ? inner.statusText : '';
    this.headers = head.headers;
    this.hasRepeatedHeaders = head.repeated;
    this.withdrawn = inner.withdrawn;
  }

  get isEventStream(): boolean {
    return this.#inner.isEventStream;
  }

  get complete(): boolean {
    return this.#inner.complete;
  }

  relay(sink: Sink): Promise<Ending> {
    return this.#inner.relay(sink);
  }

  discard(): void {
    this.#inner.discard();
  }

  onEnded(listener: (ending: Ending) => void): void {
    this.#inner.onEnded(listener);
  }
}

/** A switch of protocols but for the headers of the 101. */
class RewrittenUpgrade implements Upgraded {
  readonly kind = 'upgraded';
  readonly status = 101;
  readonly headers: RawHeaders;
  readonly protocol: string;
  readonly #inner: Upgraded;

  constructor(inner: Upgraded, headers: RawHeaders) {
    this.#inner = inner;
    this.headers = headers;
    this.protocol = inner.protocol;
  }

  tunnel(client: Duplex, early: readonly Buffer[]): Promise<Ending> {
    return this.#inner.tunnel(client, early);
  }

  discard(): void {
    this.#inner.discard();
  }

  onEnded(listener: (ending: Ending) => void): void {
    this.#inner.onEnded(listener);
  }
}
