import { type RequestListener, requestListener } from './adapters/node.ts';
import { type Gateway, gatewayOf } from './gateway.ts';
import type { GatewayOptions, PolicyOptions } from './options.ts';

export type { RequestListener } from './adapters/node.ts';
export type { GatewayOptions, PolicyOptions } from './options.ts';

/**
 * A listener for `http.createServer`, over a gateway of its own or a shared one. `policy` overrides, for
 * this mount, what belongs to a request: `retry`, `timeouts`, `headers`, `errors`, `upgrade`.
 * @throws TypeError or RangeError naming the option, the rule and the value.
 */
export function createRequestListener(
  optionsOrGateway: GatewayOptions | Gateway,
  policy?: PolicyOptions,
): RequestListener & { readonly gateway: Gateway } {
  const gateway = gatewayOf(optionsOrGateway);
  return Object.assign(requestListener(gateway.mount(policy)), { gateway });
}
