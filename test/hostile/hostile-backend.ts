import { createServer, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { HostileCase } from './hostile-case.ts';
import { listenOn, type PlainServer } from './plain-server.ts';

/** One case on its way through the gateway, as the backends see it. */
export interface Staged {
  readonly one: HostileCase;
  /** Requests for it that arrived whole. */
  requests: number;
  /** Of those, how many came when the backend had closed that connection already: an unlucky race. */
  late: number;
  readonly sockets: Socket[];
  /** What was played before on the same connection. */
  readonly before: string[];
}

/** By the number in the path. */
export type Stage = Map<string, Staged>;

export function pathOf(key: string): string {
  return `/hostile/${key}`;
}

/** Answers each request with the bytes of the case that its path names. */
export function startHostileBackend(stage: Stage): Promise<PlainServer> {
  return listenOn(createServer((socket) => void new BackendConnection(socket, stage)));
}

class BackendConnection {
  readonly #socket: Socket;
  readonly #stage: Stage;
  #received = '';
  #ended = false;
  #last = '';

  constructor(socket: Socket, stage: Stage) {
    this.#socket = socket.setNoDelay();
    this.#stage = stage;
    socket.on('error', ignore).on('data', (chunk) => this.#receive(chunk));
  }

  #receive(chunk: Buffer): void {
    this.#received += chunk.toString('latin1');
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.slice(0, end);
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    this.#received = this.#received.slice(end + 4 + length);
    const key = /^\S+ \/hostile\/(\w+) /.exec(head)?.[1] ?? '';
    const staged = this.#stage.get(key);
    if (staged) this.#perform(staged);
    else this.#socket.destroy(new Error(`not on stage: ${key}`));
  }

  #perform(staged: Staged): void {
    staged.requests += 1;
    staged.sockets.push(this.#socket);
    if (this.#last !== '') staged.before.push(this.#last);
    this.#last = staged.one.name;
    if (this.#ended) staged.late += 1;
    else void this.#play(staged.one);
  }

  async #play({ segments, end }: HostileCase): Promise<void> {
    this.#ended = end !== 'hold';
    for (const [index, segment] of segments.entries()) {
      // The gateway, in the same process, has read what was written before.
      if (index > 0) await turn();
      this.#socket.write(segment);
    }
    if (end === 'fin') this.#socket.end();
    // Written out first: a reset throws away what is still queued.
    if (end === 'rst') this.#socket.write('', () => this.#socket.resetAndDestroy());
  }
}

function ignore(): void {
  // Resets are what this is about.
}
