import { createSecureContext, type SecureContext } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { checkAuthorities } from '../engine/authorities.ts';
import { HookError } from '../engine/hooks.ts';
import { tlsOf } from '../engine/target-tls.ts';
import type { DialTls, Target } from '../engine/types.ts';

/** What connections to a backend have in common as long as its certificates stay what they are. */
export interface TlsMaterial {
  readonly tls: DialTls;
  readonly secureContext: SecureContext;
  /** Of an earlier connection, to shorten the handshake. Resumed, certificates are not looked at again. */
  session: Buffer | undefined;
}

/** Neither Node's default nor a flag of the process can lower it. */
const MIN_VERSION = 'TLSv1.2';

/** @throws HookError when a function given as `tls` throws, or gives what OpenSSL cannot read. */
export function tlsMaterial(target: Target): TlsMaterial {
  return materialOf(target, tlsOf(target));
}

function materialOf(target: Target, tls: DialTls): TlsMaterial {
  // A protocol that was asked for by name says all of it.
  const lowest = tls.secureProtocol === undefined ? MIN_VERSION : undefined;
  try {
    const secureContext = createSecureContext({ ...tls, minVersion: tls.minVersion ?? lowest });
    if (typeof target.tls === 'function') checkAuthorities(tls.ca);
    return { tls, secureContext, session: undefined };
  } catch (error) {
    throw typeof target.tls === 'function' ? new HookError('backends[].tls', error) : error;
  }
}

/** The material of each backend, made anew when its certificates have changed: what they allowed is forgotten. */
export class TlsMaterials {
  readonly #latest = new WeakMap<Target, TlsMaterial>();

  /** @throws as `tlsMaterial`. */
  of(target: Target): TlsMaterial {
    const tls = tlsOf(target);
    const latest = this.#latest.get(target);
    if (latest && (latest.tls === tls || isDeepStrictEqual(latest.tls, tls))) return latest;
    const material = materialOf(target, tls);
    this.#latest.set(target, material);
    return material;
  }
}
