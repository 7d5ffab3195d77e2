import { HOP_BY_HOP } from '../header-rules.ts';
import { valuesOf } from '../headers.ts';
import { isHost } from '../host.ts';
import type { HeaderEdits } from '../settings.ts';

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** How a message ends, and how far it has come, is not for functions to say. */
const RESERVED_ON_REQUESTS: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'content-length', 'via']);
const RESERVED_ON_RESPONSES: ReadonlySet<string> = new Set([
  ...RESERVED_ON_REQUESTS,
  'proxy-cause',
  'proxy-attempts',
]);

/** The headers of one head, open for changes until `close`: nothing that is invalid gets in. */
export class HeadHeaders implements HeaderEdits {
  readonly #lines: string[];
  readonly #isRequest: boolean;
  #isOpen = true;

  /** @param lines changed in place. */
  constructor(lines: string[], of: 'request' | 'response') {
    this.#lines = lines;
    this.#isRequest = of === 'request';
  }

  get(name: string): string | undefined {
    const values = this.getAll(name);
    return values.length === 0 ? undefined : values.join(', ');
  }

  getAll(name: string): string[] {
    return valuesOf(this.#lines, String(name).toLowerCase());
  }

  has(name: string): boolean {
    return this.getAll(name).length > 0;
  }

  set(name: string, value: string): void {
    const lower = this.#check(name, value);
    const at = this.#lines.findIndex((line, i) => i % 2 === 0 && line.toLowerCase() === lower);
    if (at < 0) return void this.#lines.push(name, value);
    this.#lines[at + 1] = value;
    this.#drop(lower, at + 2);
  }

  append(name: string, value: string): void {
    const lower = this.#check(name, value);
    if (this.#isRequest && lower === 'host')
      throw new TypeError('there must be one Host: it can only be set');
    this.#lines.push(name, value);
  }

  delete(name: string): void {
    const lower = this.#check(name, '');
    if (this.#isRequest && lower === 'host')
      throw new TypeError('there must be one Host: it can only be set');
    this.#drop(lower, 0);
  }

  *[Symbol.iterator](): IterableIterator<[name: string, value: string]> {
    const lines = [...this.#lines];
    for (let i = 0; i + 1 < lines.length; i += 2) yield [lines[i] as string, lines[i + 1] as string];
  }

  /** Whoever keeps it may change nothing more: it is on its way. */
  close(): void {
    this.#isOpen = false;
  }

  #drop(lower: string, from: number): void {
    for (let i = this.#lines.length - 2; i >= from; i -= 2) {
      if (this.#lines[i]?.toLowerCase() === lower) this.#lines.splice(i, 2);
    }
  }

  /** Never repeats the value: it may be a secret. */
  #check(name: unknown, value: unknown): string {
    if (!this.#isOpen) throw new TypeError('headers can only be changed while the function runs');
    if (typeof name !== 'string' || !NAME.test(name)) throw new TypeError('a header name must be a token');
    const lower = name.toLowerCase();
    const reserved = this.#isRequest ? RESERVED_ON_REQUESTS : RESERVED_ON_RESPONSES;
    if (reserved.has(lower.replaceAll('_', '-')))
      throw new TypeError(`${name} is not for functions to change`);
    if (typeof value !== 'string' || !VALUE.test(value)) {
      throw new TypeError(`the value of ${name} must be text of one line, without control characters`);
    }
    if (this.#isRequest && lower === 'host' && !isHost(String(value))) {
      throw new TypeError('Host must be a host, and perhaps a port');
    }
    return lower;
  }
}
