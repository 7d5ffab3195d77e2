import { HookError, runHook } from '../hooks.ts';
import { moveLengthLast } from '../response-headers.ts';
import type { ResponseFunction, ResponseHead } from '../settings.ts';
import type { Exchange, RawHeaders, Target } from '../types.ts';
import { rewriteCookie } from './cookies.ts';
import { HeadHeaders } from './header-edits.ts';
import { clientLocation, locationBy } from './location.ts';

export interface RewrittenHead {
  readonly status: number;
  readonly headers: RawHeaders;
  /** Some name occurs more than once. */
  readonly repeated: boolean;
}

/**
 * A backend's response head as the client is to get it.
 * @throws HookError when a function throws, or does what it must not.
 */
export function rewriteResponse(
  { status, headers }: { readonly status: number; readonly headers: RawHeaders },
  exchange: Exchange,
  target: Target,
): RewrittenHead {
  const { location, cookies, response } = exchange.settings.rewrite;
  const lines = [...headers];
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const name = (lines[i] as string).toLowerCase();
    const value = lines[i + 1] as string;
    if (location && name === 'location') {
      lines[i + 1] =
        location === true ? clientLocation(value, exchange, target) : locationBy(location, value, exchange);
    } else if (cookies && name === 'set-cookie') {
      lines[i + 1] = rewriteCookie(value, cookies, exchange.request);
    }
  }
  const edited = response ? edit(response, { status, lines }, exchange, target) : status;
  return { status: edited, headers: lines, repeated: hasRepeated(lines) };
}

function edit(
  change: ResponseFunction,
  { status, lines }: { readonly status: number; readonly lines: string[] },
  { request }: Exchange,
  target: Target,
): number {
  const headers = new HeadHeaders(lines, 'response');
  const head: ResponseHead = { backend: target.name, status, headers };
  try {
    runHook('rewrite.response', () => change(head, request));
  } finally {
    headers.close();
  }
  moveLengthLast(lines);
  return checkedStatus(head.status, status);
}

/** Whether there is a body is the backend's to say: it has been framed already. */
function checkedStatus(given: unknown, before: number): number {
  if (given === before) return before;
  const isFinal = Number.isInteger(given) && Number(given) >= 200 && Number(given) <= 599;
  if (isFinal && !isBodiless(before) && !isBodiless(Number(given))) return Number(given);
  const rule = 'the status must be 200 to 599, and cannot change to or from 101, 204 and 304';
  throw new HookError('rewrite.response', new TypeError(rule));
}

function isBodiless(status: number): boolean {
  return status < 200 || status === 204 || status === 304;
}

function hasRepeated(lines: RawHeaders): boolean {
  const names = lines.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
  return new Set(names).size < names.length;
}
