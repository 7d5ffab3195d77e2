import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Mount } from '../engine/core.ts';
import type { ClientExchange } from '../engine/exchange.ts';
import type { Failed } from '../engine/types.ts';
import { failed } from '../failure/failed.ts';
import { GatewayError } from '../failure/gateway-error.ts';
import { type Answer, answerFailure } from '../failure/report/answer.ts';
import { setContentHeaders } from './content-headers.ts';
import { exposeCauseHeaders } from './expose-headers.ts';
import { dismissUpload, isUnread, streamOf } from './http2.ts';
import { linger } from './linger.ts';
import { OF_ANOTHER_BODY } from './other-body.ts';

/** The answer to a failure; when a function in `errors` throws, the answer to that. */
export function makeAnswer(exchange: ClientExchange, failure: Failed, { core, settings }: Mount): Answer {
  try {
    return answerFailure(exchange, failure, core.name, settings.errors);
  } catch (error) {
    core.log.error({ err: error }, 'a configured function threw');
    const plain = { status: 502, disclose: 'hidden', render: undefined, deliver: 'respond' } as const;
    return answerFailure(exchange, failed('configuration_error', { error }), core.name, plain);
  }
}

/** For `errors.deliver: 'next'`: the app answers, with our headers beside its own. */
export function makeError(answer: Answer, failure: Failed, response: ServerResponse): GatewayError {
  const headers: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(response.getHeaders())) {
    if (value !== undefined) headers[name] = typeof value === 'number' ? String(value) : value;
  }
  for (const [name, value] of answer.headers) headers[name.toLowerCase()] = value;
  return new GatewayError({
    report: answer.report,
    status: answer.status,
    headers,
    expose: answer.tier !== 'hidden',
    cause: failure.error,
  });
}

/** Writes the structured answer. Resolves when it is written. */
export function writeAnswer(
  message: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  exchange: ClientExchange,
  { core }: Mount,
): Promise<void> {
  const unread = isUnread(message);
  for (const name of OF_ANOTHER_BODY) response.removeHeader(name);
  for (const [name, value] of answer.headers) response.setHeader(name, value);
  setContentHeaders(response, answer.content);
  if (closesAfter(message, answer)) response.setHeader('Connection', 'close');
  const exposed = response.getHeader('access-control-expose-headers');
  if (exposed !== undefined) {
    response.setHeader('Access-Control-Expose-Headers', exposeCauseHeaders(String(exposed)));
  }
  response.writeHead(answer.status);
  const body = message.method === 'HEAD' ? undefined : answer.content.body;
  if (!unread) {
    response.end(body);
    exchange.body.close();
    dismissUpload(message);
    return Promise.resolve();
  }
  if (body === undefined) response.flushHeaders();
  else response.write(body);
  exchange.body.close();
  return new Promise((resolve) => {
    linger(message, core.clock, () => {
      response.end();
      resolve();
    });
  });
}

/** What is behind a request that was refused, or not read to its end, must not be taken for the next one. */
export function closesAfter(message: IncomingMessage, { report }: Answer): boolean {
  return isUnread(message) || (streamOf(message) === undefined && report.cause === 'request_rejected');
}
