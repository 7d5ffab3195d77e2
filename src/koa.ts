import { type KoaMiddleware, koaMiddleware } from './adapters/koa.ts';
import { type Gateway, gatewayOf } from './gateway.ts';
import type { GatewayOptions, PolicyOptions } from './options.ts';

export type { KoaContext, KoaMiddleware } from './adapters/koa.ts';
export type { GatewayOptions, PolicyOptions } from './options.ts';

/**
 * Middleware for Koa 3, over a gateway of its own or a shared one. `policy` overrides, for this mount, what
 * belongs to a request: `retry`, `timeouts`, `headers`, `errors`, `upgrade`.
 * @throws TypeError or RangeError naming the option, the rule and the value.
 */
export function createProxyMiddleware(
  optionsOrGateway: GatewayOptions | Gateway,
  policy?: PolicyOptions,
): KoaMiddleware & { readonly gateway: Gateway } {
  const gateway = gatewayOf(optionsOrGateway);
  return Object.assign(koaMiddleware(gateway.mount(policy)), { gateway });
}
