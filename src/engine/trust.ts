import { runHook } from './hooks.ts';
import type { Exchange } from './types.ts';

/** The peer is a proxy that is known: what it says of the client, and of the time that is left, is believed. */
export function isTrusted({ settings, request, appTrust }: Exchange): boolean {
  const { trust } = settings.headers;
  if (trust === 'app') return appTrust !== undefined && runHook('trust proxy', appTrust);
  return typeof trust === 'function' ? runHook('headers.trust', () => trust(request)) === true : trust;
}
