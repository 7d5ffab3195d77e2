import type { ServerResponse } from 'node:http';

/**
 * The client's response for an error handler of the user's, who may come back to it when it is too late: from `close` on
 * it takes everything, and does nothing.
 */
export class GuardedResponse {
  readonly response: ServerResponse;
  #isClosed = false;

  constructor(response: ServerResponse) {
    const taken: ServerResponse = new Proxy(response, {
      get: (target, key) => {
        if (this.#isClosed && key === 'headersSent') return true;
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]): unknown => {
          if (this.#isClosed) return taken;
          const result: unknown = Reflect.apply(value, target, given);
          return result === target ? taken : result;
        };
      },
      set: (target, key, value) => this.#isClosed || Reflect.set(target, key, value, target),
    });
    this.response = taken;
  }

  close(): void {
    this.#isClosed = true;
  }
}
