import type { Ending, RawHeaders, Responded, Sink, Upgraded } from '../../src/engine/types.ts';
import { verdictOfStatus } from '../../src/failure/verdict.ts';

/** A response whose end the test decides. */
export class FakeResponded implements Responded {
  readonly kind = 'responded';
  readonly status: number;
  readonly statusText = '';
  readonly headers: RawHeaders;
  readonly isEventStream = false;
  readonly hasRepeatedHeaders = false;
  readonly complete = true;
  discarded = 0;
  relayed = 0;
  #ending: Ending | undefined;
  readonly #listeners: ((ending: Ending) => void)[] = [];

  constructor(status = 200, headers: RawHeaders = []) {
    this.status = status;
    this.headers = headers;
  }

  onEnded(listener: (ending: Ending) => void): void {
    if (this.#ending) listener(this.#ending);
    else this.#listeners.push(listener);
  }

  end(ending: Partial<Ending> = {}): void {
    if (this.#ending) return;
    this.#ending = { verdict: verdictOfStatus(this.status), bytes: 0, ...ending };
    for (const listener of this.#listeners) listener(this.#ending);
  }

  relay(_sink: Sink): Promise<Ending> {
    this.relayed += 1;
    this.end();
    return new Promise((resolve) => this.onEnded(resolve));
  }

  discard(): void {
    this.discarded += 1;
    this.end();
  }
}

/** A tunnel whose end the test decides. */
export class FakeUpgraded implements Upgraded {
  readonly kind = 'upgraded';
  readonly status = 101;
  readonly headers: RawHeaders;
  readonly protocol = 'websocket';
  #ending: Ending | undefined;
  readonly #listeners: ((ending: Ending) => void)[] = [];

  constructor(headers: RawHeaders = []) {
    this.headers = headers;
  }

  onEnded(listener: (ending: Ending) => void): void {
    if (this.#ending) listener(this.#ending);
    else this.#listeners.push(listener);
  }

  end(ending: Partial<Ending> = {}): void {
    if (this.#ending) return;
    this.#ending = { verdict: { kind: 'success' }, bytes: 0, ...ending };
    for (const listener of this.#listeners) listener(this.#ending);
  }

  tunnel(): Promise<Ending> {
    return new Promise((resolve) => this.onEnded(resolve));
  }

  discard(): void {
    this.end();
  }
}

export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
}

export function deferred<Value>(): Deferred<Value> {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
