import { type ExpressMiddleware, expressMiddleware } from './adapters/express.ts';
import { type Gateway, gatewayOf } from './gateway.ts';
import type { GatewayOptions, PolicyOptions } from './options.ts';

export type { ExpressMiddleware } from './adapters/express.ts';
export type { GatewayOptions, PolicyOptions } from './options.ts';

/**
 * Middleware for Express 5, over a gateway of its own or a shared one. `policy` overrides, for this mount,
 * what belongs to a request: `retry`, `timeouts`, `headers`, `errors`, `upgrade`.
 * @throws TypeError or RangeError naming the option, the rule and the value.
 */
export function createProxyMiddleware(
  optionsOrGateway: GatewayOptions | Gateway,
  policy?: PolicyOptions,
): ExpressMiddleware & { readonly gateway: Gateway } {
  const gateway = gatewayOf(optionsOrGateway);
  return Object.assign(expressMiddleware(gateway.mount(policy)), { gateway });
}
