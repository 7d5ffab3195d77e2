import { once } from 'node:events';
import {
  type Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as httpRequest,
} from 'node:http';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Sent {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly trailers: NodeJS.Dict<string>;
  readonly body: Buffer;
  /** False when the connection broke before the end of the body. */
  readonly complete: boolean;
  readonly ms: number;
}

export interface SendOptions {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders | readonly string[];
  readonly body?: string | Buffer;
  /** Without one, each request has a connection of its own. */
  readonly agent?: Agent;
}

/** One request to the end of its response. Rejects only when no response head came. */
export async function send(url: string, options: SendOptions = {}): Promise<Sent> {
  const startedAt = performance.now();
  const { response } = await begin(url, options);
  const { body, complete } = await readResponse(response);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    trailers: response.trailers,
    body,
    complete,
    ms: performance.now() - startedAt,
  };
}

/** One request up to the head of its response. */
export async function begin(
  url: string,
  options: SendOptions = {},
): Promise<{ readonly request: ClientRequest; readonly response: IncomingMessage }> {
  const request = open(url, options);
  request.end(options.body);
  const response = await responseOf(request);
  return { request, response };
}

/** A request that is still to be written. Destroyed when the test is over. */
export function open(url: string, { method = 'GET', headers, agent }: SendOptions = {}): ClientRequest {
  const request = httpRequest(url, {
    method,
    agent: agent ?? false,
    ...(headers && { headers: headers as OutgoingHttpHeaders }),
  });
  request.on('error', () => undefined);
  onTestFinished(() => void request.destroy());
  return request;
}

export async function responseOf(request: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  // Breaking off is an expected end here.
  response.on('error', () => undefined);
  return response;
}

export async function readResponse(
  response: IncomingMessage,
): Promise<{ readonly body: Buffer; readonly complete: boolean }> {
  const chunks: Buffer[] = [];
  response.on('data', (chunk: Buffer) => chunks.push(chunk));
  if (!response.closed) await new Promise((resolve) => response.once('close', resolve));
  return { body: Buffer.concat(chunks), complete: response.complete };
}

export interface RawReply {
  readonly text: string;
  /** The connection was reset, not closed. */
  readonly reset: boolean;
}

/** Bytes as they are, on a connection of their own. Resolves when the other side has closed. */
export async function sendRaw(port: number, bytes: string): Promise<RawReply> {
  const socket = rawSocket(port);
  socket.write(bytes, 'latin1');
  return readRaw(socket);
}

export function rawSocket(port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  onTestFinished(() => void socket.destroy());
  return socket;
}

export async function readRaw(socket: Socket): Promise<RawReply> {
  const chunks: Buffer[] = [];
  let reset = false;
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', (error: NodeJS.ErrnoException) => {
    reset ||= error.code === 'ECONNRESET';
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return { text: Buffer.concat(chunks).toString('latin1'), reset };
}

/** A body to its end. */
export async function readAllFrom(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
