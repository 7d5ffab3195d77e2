import type { IncomingMessage } from 'node:http';

/** Where body parsers leave what they read: on the request in Express, on `ctx.request` in Koa. */
export interface ParsedBody {
  readonly body?: unknown;
  /** The bytes as they came, kept by a `verify` hook or by koa-bodyparser. */
  readonly rawBody?: unknown;
}

/**
 * The bytes of a body that a parser has read before us, written anew; undefined where that would not say
 * the same. What the parser kept of the original goes first.
 */
export function reserialize(message: IncomingMessage, parsed: ParsedBody): Buffer | undefined {
  const { body, rawBody } = parsed;
  if (rawBody instanceof Buffer) return rawBody;
  if (body instanceof Buffer) return body;
  const [type = '', ...parameters] = (message.headers['content-type'] ?? '').toLowerCase().split(';');
  // What we write is UTF-8, so it must not be labelled as anything else.
  const charset = parameters.find((parameter) => parameter.trim().startsWith('charset='));
  if (charset !== undefined && !/utf-?8/.test(charset)) return undefined;
  if (typeof rawBody === 'string') return Buffer.from(rawBody);
  if (typeof body === 'string') return Buffer.from(body);
  const text = textOf(type.trim(), body);
  return text === undefined ? undefined : Buffer.from(text);
}

function textOf(type: string, body: unknown): string | undefined {
  if (body === undefined) return undefined;
  if (type === 'application/json' || type.endsWith('+json')) return jsonOf(body);
  if (type === 'application/x-www-form-urlencoded') return formOf(body);
  return undefined;
}

/** Somebody may have put into `body` what JSON cannot say: a cycle, a BigInt. */
function jsonOf(body: unknown): string | undefined {
  try {
    return JSON.stringify(body);
  } catch {
    return undefined;
  }
}

/** Plain fields only: whether a list was spelled `a=1&a=2`, `a[]=1` or `a[0]=1`, the parser does not tell. */
function formOf(body: unknown): string | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = Object.entries(body);
  if (!fields.every((field): field is [string, string] => typeof field[1] === 'string')) return undefined;
  return new URLSearchParams(fields).toString();
}
