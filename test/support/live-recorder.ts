import { createServer, type Socket } from 'node:net';
import { listen, type Listening } from './live-server.ts';

/** A request as it arrived at the backend. */
export interface Recorded {
  readonly line: string;
  /** In order and spelling, as `Name: value`. */
  readonly headers: readonly string[];
  /** Without the chunks, where it came in chunks. */
  readonly body: string;
}

export interface Recorder extends Listening {
  readonly url: string;
  readonly requests: readonly Recorded[];
  /** What came and is no request, or the beginning of one that never became whole. */
  readonly strays: () => readonly string[];
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const LINE = new RegExp(`^${TOKEN} [^\\x00-\\x20\\x7f]+ HTTP/1\\.1$`);
const HEADER = new RegExp(`^${TOKEN}: ?[\\t\\x20-\\x7e\\x80-\\xff]*$`);

/** Takes a head apart; undefined when a strict reader could understand it in more than one way. */
function readHead(text: string): Pick<Recorded, 'line' | 'headers'> | undefined {
  const [line = '', ...headers] = text.split('\r\n');
  if (!LINE.test(line) || !headers.every((header) => HEADER.test(header))) return undefined;
  const lengths = valuesIn(headers, 'content-length');
  const codings = valuesIn(headers, 'transfer-encoding');
  if (lengths.length + codings.length > 1 || valuesIn(headers, 'host').length !== 1) return undefined;
  if (!lengths.every((value) => /^\d+$/.test(value))) return undefined;
  return codings.every((value) => value === 'chunked') ? { line, headers } : undefined;
}

export function valuesIn(headers: readonly string[], lowerName: string): string[] {
  return headers
    .filter((header) => header.toLowerCase().startsWith(`${lowerName}:`))
    .map((header) => header.slice(lowerName.length + 1).trim());
}

interface Parsed {
  readonly recorded: Recorded;
  readonly rest: string;
}

/**
 * One request off the front; `'more'` while it is not whole, `'wrong'` when it never will be one. Chunks may have
 * extensions, and trailers behind them: both are left out.
 */
export function readRequest(text: string): Parsed | 'more' | 'wrong' {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return 'more';
  const head = readHead(text.slice(0, end));
  if (!head) return 'wrong';
  const rest = text.slice(end + 4);
  if (valuesIn(head.headers, 'transfer-encoding').length > 0) return readChunks(head, rest);
  const length = Number(valuesIn(head.headers, 'content-length')[0] ?? 0);
  if (rest.length < length) return 'more';
  return { recorded: { ...head, body: rest.slice(0, length) }, rest: rest.slice(length) };
}

function readChunks(head: Pick<Recorded, 'line' | 'headers'>, text: string): Parsed | 'more' | 'wrong' {
  let body = '';
  for (let rest = text; ;) {
    const [line = '', digits = ''] = /^([\da-fA-F]{1,8})(?:;[\t\x20-\x7e\x80-\xff]*)?\r\n/.exec(rest) ?? [];
    if (line === '') return rest.includes('\n') || /^[^\da-fA-F]/.test(rest) ? 'wrong' : 'more';
    const size = parseInt(digits, 16);
    if (size === 0) return readTrailers({ ...head, body }, rest.slice(line.length));
    const data = rest.slice(line.length);
    if (data.length < size + 2) return 'more';
    if (data.slice(size, size + 2) !== '\r\n') return 'wrong';
    body += data.slice(0, size);
    rest = data.slice(size + 2);
  }
}

function readTrailers(recorded: Recorded, text: string): Parsed | 'more' | 'wrong' {
  if (text.startsWith('\r\n')) return { recorded, rest: text.slice(2) };
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return 'more';
  const isFine = text
    .slice(0, end)
    .split('\r\n')
    .every((line) => HEADER.test(line));
  return isFine ? { recorded, rest: text.slice(end + 4) } : 'wrong';
}

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/**
 * A backend that writes down what arrives, as strictly as it can be read, and answers each request; an answer of
 * null answers nothing.
 */
export async function startRecorder(
  answer: (request: Recorded) => string | null = () => OK,
): Promise<Recorder> {
  const requests: Recorded[] = [];
  const left = new Map<Socket, string>();
  const server = createServer((socket) => {
    left.set(socket, '');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      let text = (left.get(socket) ?? '') + chunk.toString('latin1');
      for (let read = readRequest(text); typeof read === 'object'; read = readRequest(text)) {
        requests.push(read.recorded);
        text = read.rest;
        const reply = answer(read.recorded);
        if (reply !== null) socket.write(reply, 'latin1');
      }
      left.set(socket, text);
      if (readRequest(text) === 'wrong') socket.destroy();
    });
  });
  const listening = await listen(server);
  const strays = (): string[] => [...left.values()].filter((text) => text !== '');
  return { ...listening, url: `http://127.0.0.1:${listening.port}`, requests, strays };
}

/** Written by the gateway, whatever came. */
const OURS = /^(?:connection|via|x-request-id|x-forwarded-\w+|forwarded):/i;

/** A request as text, without what the gateway says about itself and about its peers. */
export function shown({ line, headers, body }: Recorded): string {
  return [line, ...headers.filter((header) => !OURS.test(header)), '', body].join('\n');
}
