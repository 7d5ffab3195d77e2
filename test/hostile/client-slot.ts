import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import type { Method } from './hostile-case.ts';
import { readResponse } from './reading/read-response.ts';

/** All that a client got for one request. */
export interface Reply {
  readonly bytes: Buffer;
  /** What became of the connection. `hung`: nothing, for far too long. */
  readonly end: 'kept' | 'fin' | 'rst' | 'hung';
  readonly ms: number;
}

/** Far beyond every limit that the gateway has been given. */
const HUNG_MS = 20_000;

/**
 * One client, with one connection at a time, kept while responses are complete: what the gateway wrote too
 * much would come with the next response.
 */
export class ClientSlot {
  readonly #port: number;
  readonly #version: '1.0' | '1.1';
  #socket: Socket | undefined;
  #bytes: Buffer[] = [];
  #onChange: () => void = nothing;
  #end: Reply['end'] | undefined;

  constructor(port: number, version: '1.0' | '1.1') {
    this.#port = port;
    this.#version = version;
  }

  async send(method: Method, path: string, requestId: string): Promise<Reply> {
    const startedAt = performance.now();
    const socket = this.#socket ?? (await this.#open());
    const body = method === 'POST' ? 'Content-Length: 4\r\n\r\nbody' : '\r\n';
    socket.write(
      `${method} ${path} HTTP/${this.#version}\r\nHost: a\r\nX-Request-Id: ${requestId}\r\n${body}`,
    );
    const end = await this.#whenOver(method);
    const bytes = Buffer.concat(this.#bytes.splice(0));
    if (end !== 'kept') this.close();
    return { bytes, end, ms: performance.now() - startedAt };
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #open(): Promise<Socket> {
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true });
    this.#socket = socket;
    this.#bytes = [];
    this.#end = undefined;
    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      this.#over(code === 'ECONNRESET' ? 'rst' : 'fin'),
    );
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    socket.on('data', (chunk) => {
      this.#bytes.push(chunk);
      this.#onChange();
    });
    socket.on('close', () => {
      if (this.#socket === socket) this.#over('fin');
    });
    return socket;
  }

  #over(end: Reply['end']): void {
    this.#end ??= end;
    this.#onChange();
  }

  async #whenOver(method: Method): Promise<Reply['end']> {
    return new Promise((resolve) => {
      const hung = setTimeout(() => this.#over('hung'), HUNG_MS);
      this.#onChange = () => {
        if (this.#end === undefined && !this.#isKept(method)) return;
        clearTimeout(hung);
        this.#onChange = nothing;
        resolve(this.#end ?? 'kept');
      };
      this.#onChange();
    });
  }

  /** The response is complete, and nothing says that the connection closes after it. */
  #isKept(method: Method): boolean {
    if (this.#version === '1.0' || this.#bytes.length === 0) return false;
    const { state, head } = readResponse(Buffer.concat(this.#bytes), method, false);
    const closes = head?.headers.some(
      ([name, value]) => name.toLowerCase() === 'connection' && value === 'close',
    );
    return state === 'complete' && closes !== true;
  }
}

function nothing(): void {}
