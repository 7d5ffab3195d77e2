import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../engine/clock.ts';
import { HookError } from '../../engine/hooks.ts';
import type { Exchange, Failed, Target } from '../../engine/types.ts';
import { causes } from '../../failure/causes.ts';
import { GuardedResponse } from './guarded-response.ts';

/** Tells listeners for errors, as http-proxy-middleware does. Returns what is still going on there. */
export type TellError = (
  error: Error,
  message: IncomingMessage,
  response: ServerResponse | Duplex,
  target: Target | undefined,
) => Promise<unknown>[];

/** An error handler that answers by and by has so long. */
const PATIENCE_MS = 10_000;

/** The error as http-proxy-middleware would have had it. */
export function errorOf({ cause, error }: Failed): Error {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (one instanceof HookError && one.cause instanceof Error) return one.cause;
    if (typeof (one as NodeJS.ErrnoException).code === 'string') return one;
  }
  const code = causes[cause].group !== 'client' && cause.endsWith('timeout') ? 'ETIMEDOUT' : cause;
  return Object.assign(new Error(causes[cause].title, { cause: error }), { code });
}

/** True when an error handler of the user's has answered, or has begun to. */
export async function answeredByHandler(
  failure: Failed,
  { attempt }: Exchange,
  message: IncomingMessage,
  response: ServerResponse,
  tellError: TellError,
  clock: Clock,
): Promise<boolean> {
  const guarded = new GuardedResponse(response);
  const pending = tellError(errorOf(failure), message, guarded.response, attempt?.target);
  if (pending.length > 0 && !isAnswered(response)) await atMost(PATIENCE_MS, pending, clock);
  if (isAnswered(response)) return true;
  guarded.close();
  return false;
}

function isAnswered({ headersSent, writableEnded, destroyed }: ServerResponse): boolean {
  return headersSent || writableEnded || destroyed;
}

function atMost(ms: number, pending: readonly Promise<unknown>[], clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.after(ms, resolve);
    void Promise.allSettled(pending).then(() => {
      timer.cancel();
      resolve();
    });
  });
}
