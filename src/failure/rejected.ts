import type { Failed } from '../engine/types.ts';
import { failed } from './failed.ts';

/** What is wrong with the client's request, as a 4xx. */
export function rejected(detail: string, status = 400): Failed {
  return failed('request_rejected', { status, detail });
}

/** Below a mount or a prefix, it is not known what such a path is below. */
export function climbing(): Failed {
  return rejected('The path climbs out of a part of itself.');
}
