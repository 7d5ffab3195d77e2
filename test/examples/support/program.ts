import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const EXAMPLES = new URL('../../../examples/', import.meta.url);
const LIMIT_MS = 10_000;

/** One of the examples as a process of its own, killed when the test is over. */
export class Program {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #exit: Promise<number | null>;
  #output = '';
  #errors = '';

  constructor(file: string, { args = [], env = {} }: StartOptions = {}) {
    this.#child = spawn(process.execPath, ['--conditions=causeway-source', pathOf(file), ...args], {
      // As on a production host: vitest's own NODE_ENV would make the gateways tell more.
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.#exit = once(this.#child, 'close').then(([code]) => code as number | null);
    onTestFinished(() => void this.#child.kill('SIGKILL'));
  }

  get output(): string {
    return this.#output;
  }

  get errors(): string {
    return this.#errors;
  }

  /** Waits until standard output matches. Rejects when the program ends before, or takes too long. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray> {
    const matched = new Promise<RegExpExecArray>((resolve) => {
      const look = (): void => {
        const match = pattern.exec(this.#output);
        if (!match) return;
        this.#child.stdout.off('data', look);
        resolve(match);
      };
      this.#child.stdout.on('data', look);
      look();
    });
    const ended = this.#exit.then((code) => {
      throw new Error(`ended with exit code ${code} before ${pattern}`);
    });
    return this.#limited(Promise.race([matched, ended]), String(pattern));
  }

  /** Waits for the end, and resolves with the exit code: null when a signal ended the process. */
  exitCode(): Promise<number | null> {
    return this.#limited(this.#exit, 'the end');
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async #limited<Value>(promise: Promise<Value>, what: string): Promise<Value> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`waited too long for ${what}`)), LIMIT_MS);
    });
    try {
      return await Promise.race([promise, late]);
    } catch (error) {
      throw new Error(`${String(error)}\n${this.#output}\n${this.#errors}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

interface StartOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, EXAMPLES));
}
