import { Readable } from 'node:stream';

/** What one attempt reads the request body from. Destroying it leaves the client's own stream alone. */
export class BodySource extends Readable {
  /** Called when the reader takes no more for now. */
  onBlocked: (() => void) | undefined = undefined;
  readonly #pull: () => void;
  readonly #letGo: () => void;

  constructor(pull: () => void, letGo: () => void) {
    super();
    this.#pull = pull;
    this.#letGo = letGo;
  }

  override _read(): void {
    this.#pull();
  }

  override _destroy(_error: Error | null, done: (error?: Error | null) => void): void {
    this.#letGo();
    // Whoever destroys a source knows why: an 'error' event on top would find no listener.
    done(null);
  }
}
