import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const LIMIT_MS = 10_000;
const ANNOUNCE = new URL('announce-port.ts', import.meta.url).href;

/** Where a snippet runs: in the repository, on the sources, or in a project that has the package installed. */
export interface Place {
  readonly folder: string;
  readonly flags: readonly string[];
}

export const REPOSITORY: Place = {
  folder: fileURLToPath(new URL('../../../', import.meta.url)),
  flags: ['--conditions=causeway-source'],
};

/** The ports that the README uses: those of its backends, and the one that its servers listen on. */
const BACKEND_URLS = ['http://127.0.0.1:3001', 'http://127.0.0.1:3002'];
const LISTEN = 'listen(8080)';

/** Code of the README as a process of its own, in front of real backends. Killed when the test is over. */
export class RunningSnippet {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #closed: Promise<number | null>;
  #output = '';
  #errors = '';

  constructor(code: string, backends: readonly string[], place: Place) {
    const flags = [...place.flags, '--import', ANNOUNCE, '--input-type=module'];
    this.#child = spawn(process.execPath, [...flags, '--eval', adapted(code, backends)], {
      cwd: place.folder,
      // As on a production host: vitest's own NODE_ENV would make the gateway tell more.
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.#closed = once(this.#child, 'close').then(([exitCode]) => exitCode as number | null);
    onTestFinished(() => void this.#child.kill('SIGKILL'));
  }

  get output(): string {
    return this.#output;
  }

  get errors(): string {
    return this.#errors;
  }

  /** Where its server listens, once it does. */
  async url(): Promise<string> {
    const match = await this.printed(/^port (\d+)$/m);
    return `http://127.0.0.1:${match[1]}`;
  }

  /** Waits until standard output matches. Rejects when the process ends before, or takes too long. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    const { stdout } = this.#child;
    const found = new Promise<RegExpExecArray>((resolve) => {
      const look = (): void => {
        const match = pattern.exec(this.#output);
        if (!match) return;
        stdout.off('data', look);
        resolve(match);
      };
      stdout.on('data', look);
      look();
    });
    const ended = this.#closed.then((exitCode) => {
      throw new Error(`ended with ${exitCode} before it printed ${pattern}`);
    });
    return this.#limited(Promise.race([found, ended]), String(pattern));
  }

  terminate(): void {
    this.#child.kill('SIGTERM');
  }

  exitCode(): Promise<number | null> {
    return this.#limited(this.#closed, 'the end');
  }

  async #limited<Value>(promise: Promise<Value>, what: string): Promise<Value> {
    const limit = AbortSignal.timeout(LIMIT_MS);
    const late = once(limit, 'abort').then(() => {
      throw new Error(`waited too long for ${what}`);
    });
    try {
      return await Promise.race([promise, late]);
    } catch (error) {
      throw new Error(`${String(error)}\n${this.#output}\n${this.#errors}`, { cause: error });
    }
  }
}

/** The snippet with real backends, on a free port. */
function adapted(code: string, backends: readonly string[]): string {
  const placed = BACKEND_URLS.reduce((text, url, index) => {
    const backend = backends[index];
    if (text.includes(url) !== (backend !== undefined))
      throw new Error(`not as many backends as in: ${code}`);
    return backend === undefined ? text : text.replaceAll(url, backend);
  }, code);
  if (placed.split(LISTEN).length !== 2) throw new Error(`not exactly one ${LISTEN} in: ${code}`);
  return placed.replace(LISTEN, 'listen(0)');
}
