import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { GatewayOptions } from 'causeway-proxy';
import { onTestFinished } from 'vitest';
import { type Adapter, appOf, type Handler } from './live-app.ts';
import { type GatewayPlace, makeGateway } from './live-gateway.ts';
import { listen } from './live-server.ts';

export interface Answer {
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly interim: readonly IncomingHttpHeaders[];
  readonly trailers: IncomingHttpHeaders;
  readonly body: string;
  /** How the stream ended: `NGHTTP2_NO_ERROR` is 0. */
  readonly code: number;
}

/** An HTTP/2 server with a gateway behind it, and a client of it. */
export async function startHttp2Front(
  adapter: Exclude<Adapter, 'express'>,
  options: GatewayOptions,
  place: GatewayPlace = {},
) {
  const { gateway, logs } = makeGateway(options, place);
  const handler = appOf(adapter, gateway).handler as Handler;
  const server = createServer((request, response) => void handler(request as never, response as never));
  server.on('sessionError', () => undefined);
  const listening = await listen(server as never);
  const session = connect(`http://127.0.0.1:${listening.port}`);
  session.on('error', () => undefined);
  onTestFinished(() => session.destroy());
  return { ...listening, gateway, logs, session };
}

/** A stream that is open; whoever opens it ends it. */
export function openStream(session: ClientHttp2Session, headers: OutgoingHttpHeaders): ClientHttp2Stream {
  const stream = session.request(headers, { endStream: false });
  stream.on('error', () => undefined);
  return stream;
}

/** One request to the end of its stream. */
export async function ask(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders = {},
  body?: string | Buffer,
): Promise<Answer> {
  const stream = openStream(session, headers);
  stream.end(body);
  return answerOn(stream);
}

export async function answerOn(stream: ClientHttp2Stream): Promise<Answer> {
  const interim: IncomingHttpHeaders[] = [];
  const chunks: Buffer[] = [];
  let head: IncomingHttpHeaders = {};
  let rawHeaders: readonly string[] = [];
  let trailers: IncomingHttpHeaders = {};
  stream.on('headers', (headers) => interim.push(headers));
  stream.on('response', (headers, _flags, raw?: readonly string[]) => {
    head = headers;
    rawHeaders = raw ?? [];
  });
  stream.on('trailers', (headers) => (trailers = headers));
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  // A stream whose other half is not sent to its end never closes by itself.
  await new Promise((resolve) => stream.once('end', resolve).once('close', resolve));
  const code = stream.rstCode ?? constants.NGHTTP2_NO_ERROR;
  return { headers: head, rawHeaders, interim, trailers, body: Buffer.concat(chunks).toString(), code };
}
