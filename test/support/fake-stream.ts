import { Readable } from 'node:stream';
import type { Clock } from '../../src/engine/clock.ts';
import { IncomingBody, type IncomingBodyOptions } from '../../src/engine/body.ts';
import { ReplayStore } from '../../src/engine/replay-store.ts';
import type { Attempt, CauseCode } from '../../src/engine/types.ts';
import { BackendAttempt } from '../../src/engine/attempt.ts';
import { fakeTarget } from './fake-exchange.ts';

/** The readable side of an IncomingMessage: the test is the client. */
export class FakeUpload extends Readable {
  complete = false;

  override _read(): void {
    // Bytes come when the client sends them.
  }

  send(bytes: string | Buffer): void {
    this.push(Buffer.from(bytes));
  }

  /** The last byte was parsed. */
  finish(): void {
    this.complete = true;
    this.push(null);
  }
}

export interface UploadFixture {
  readonly upload: FakeUpload;
  readonly body: IncomingBody;
  readonly store: ReplayStore;
  readonly faults: [cause: CauseCode, status: number | undefined][];
  readonly writeTimeouts: Attempt[];
}

export function openUpload(clock: Clock, given: Partial<IncomingBodyOptions> = {}): UploadFixture {
  const upload = new FakeUpload();
  const store = given.store ?? new ReplayStore(1_000_000);
  const faults: UploadFixture['faults'] = [];
  const writeTimeouts: Attempt[] = [];
  const body = new IncomingBody(upload, undefined, {
    clock,
    store,
    replayBytes: 65_536,
    requestBytes: Infinity,
    requestBodyMs: 60_000,
    writeMs: 30_000,
    onClientFault: (cause, status) => faults.push([cause, status]),
    onWriteTimeout: (attempt) => writeTimeouts.push(attempt),
    ...given,
  });
  return { upload, body, store, faults, writeTimeouts };
}

export function attemptNumber(number: number): Attempt {
  return new BackendAttempt(number, fakeTarget(), 0);
}

/** What an attempt read so far, kept up to date. */
export function collect(source: Readable | Buffer | null): { readonly text: () => string } {
  const chunks: Buffer[] = [];
  if (Buffer.isBuffer(source)) chunks.push(source);
  else source?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { text: () => Buffer.concat(chunks).toString('latin1') };
}
