/** What a client sends, and what becomes of it. One character is one byte. */
export interface RequestCase {
  readonly name: string;
  readonly sent: string;
  /** The requests that the backend gets, as the recorder shows them. */
  readonly arrives: readonly string[];
  /** Of the responses on the client's connection, in order; it is closed after the last one. */
  readonly statuses: readonly number[];
}

/** Lines of a head, and the empty one behind them. */
export function head(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** The request that an attacker would like the backend to see. */
const SMUGGLED = head('GET /smuggled HTTP/1.1', 'Host: a');
const LAST = head('GET /last HTTP/1.1', 'Host: a', 'Connection: close');

/** As the recorder shows a request. */
export function arrival(line: string, headers: readonly string[] = ['host: a'], body = ''): string {
  return [`${line} HTTP/1.1`, ...headers, '', body].join('\n');
}

/** Refused, and nothing behind it is read: where it ends is not known, or not to be trusted. */
export function refused(name: string, sent: string, status = 400): RequestCase {
  return { name, sent: sent + SMUGGLED, arrives: [], statuses: [status] };
}

/** Gets through as `arrives`, and so does the request behind it. */
export function passed(name: string, sent: string, ...arrives: readonly string[]): RequestCase {
  return {
    name,
    sent: sent + LAST,
    arrives: [...arrives, arrival('GET /last')],
    statuses: Array<number>(arrives.length + 1).fill(200),
  };
}

/** The last one on its connection. */
export function alone(name: string, sent: string, arrives: readonly string[], status = 200): RequestCase {
  return { name, sent, arrives, statuses: [status] };
}
