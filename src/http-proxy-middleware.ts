import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Options } from 'http-proxy-middleware';
import { GuardedResponse } from './adapters/compatible/guarded-response.ts';
import { type CompatibleMiddleware, compatibleMiddleware } from './adapters/compatible/middleware.ts';
import type { Destination } from './engine/settings.ts';
import type { Exchange, Failed } from './engine/types.ts';
import type { ForwarderFactory } from './forwarders/forwarder.ts';
import { MiddlewareForwarder } from './forwarders/http-proxy-middleware/forwarder.ts';
import { Front } from './forwarders/http-proxy-middleware/front.ts';
import { MiddlewareInstance } from './forwarders/http-proxy-middleware/instance.ts';
import { urlOf } from './forwarders/http-proxy-middleware/route.ts';
import { middlewareSettings } from './forwarders/http-proxy-middleware/settings.ts';
import { Gateway } from './gateway.ts';
import {
  type CompatibleOptions,
  type CompatibleSettings,
  settleCompatible,
  settleForwarding,
} from './options/compatible.ts';
import { destinationTable } from './options/destination-table.ts';
import { settleOptions } from './options/settle.ts';
import type { GatewayOptions, Settings } from './options.ts';

export {
  debugProxyErrorsPlugin,
  definePlugin,
  errorResponsePlugin,
  fixRequestBody,
  loggerPlugin,
  proxyEventsPlugin,
} from 'http-proxy-middleware';
export { responseInterceptor } from './forwarders/http-proxy-middleware/response-interceptor.ts';

type Target = Options['target'];

/** Options of http-proxy-middleware 4, several targets at a time, and those of a gateway. */
export interface CompatibleProxyOptions<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
> extends Omit<Options<Request, Response>, 'target'> {
  /** One, or several that do the same: the gateway chooses among them. */
  readonly target?: Target | readonly NonNullable<Target>[];
  /** Whatever `createGateway` takes, with `backends` only in place of `target`. */
  readonly causeway?: Partial<Omit<GatewayOptions, 'forwarder'>>;
}

/** As http-proxy-middleware's own, and the gateway behind it. */
export interface RequestHandler<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
> {
  (request: Request, response: Response, next?: (error?: unknown) => void): Promise<void>;
  /** For `server.on('upgrade', ...)`. */
  readonly upgrade: (request: Request, socket: Socket, head: Buffer) => void;
  readonly gateway: Gateway;
}

/**
 * http-proxy-middleware 4 with a gateway around it: the same options, hooks and plugins, and the pool, retries, breakers
 * and causes of `causeway-proxy`.
 * @throws TypeError or RangeError naming the option, the rule and the value, or why it cannot be honoured.
 */
export function createProxyMiddleware<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
>(options: CompatibleProxyOptions<Request, Response>): RequestHandler<Request, Response> {
  const compatible = settleCompatible(options as unknown as CompatibleOptions);
  const instance = new MiddlewareInstance(middlewareSettings(compatible.forwarding, compatible.xfwd));
  const gateway = new Gateway(gatewaySettings(compatible, instance));
  const { upgradeMs } = compatible;
  const upgradePolicy = upgradeMs === undefined ? undefined : { timeouts: { firstByteMs: upgradeMs } };
  const middleware: CompatibleMiddleware = compatibleMiddleware(
    gateway.mount(),
    gateway.mount(upgradePolicy),
    {
      front: frontOf(options as unknown as Options, compatible),
      destinationOf: destinationTable(compatible.dial) satisfies (target: unknown) => Destination,
      tellError: (error, message, response, target) =>
        instance.tellError(error, message, response as ServerResponse, target && urlOf(target)),
      hooksMayWriteBody: instance.settings.isHooked,
      ws: compatible.ws,
    },
  );
  return Object.assign(middleware, { gateway }) as unknown as RequestHandler<Request, Response>;
}

/**
 * http-proxy-middleware as the forwarder of a gateway: `createGateway({ backends, forwarder: httpProxyMiddleware({ on }) })`.
 * Takes the options that are about forwarding; what a gateway decides itself is refused.
 * @throws TypeError or RangeError naming the option, the rule and the value, or where it belongs.
 */
export function httpProxyMiddleware(options: Options = {}): ForwarderFactory {
  const settings = middlewareSettings(settleForwarding(options as CompatibleOptions));
  const instance = new MiddlewareInstance(settings);
  return (context) => new MiddlewareForwarder(context, instance);
}

/** Somebody has to be named where `router` alone knows the targets. */
const NOBODY = ['http://nobody.invalid'];

function gatewaySettings(
  { gateway, backends, mirror }: CompatibleSettings,
  instance: MiddlewareInstance,
): Settings {
  if ('forwarder' in gateway) throw new TypeError('causeway.forwarder cannot be used here: it is this one');
  const settings = settleOptions({
    ...gateway,
    backends: gateway.backends ?? NOBODY,
    forwarder: (context) =>
      new MiddlewareForwarder(context, instance, {
        mirror: mirror?.target,
        onBroken: (exchange, failure) => tellBroken(instance, exchange, failure),
      }),
  });
  return gateway.backends ? settings : Object.freeze({ ...settings, backends });
}

/** Too late for another answer, but not for who keeps count. */
function tellBroken(instance: MiddlewareInstance, { client, attempt }: Exchange, { error }: Failed): void {
  if (!client || !(error instanceof Error)) return;
  // Whatever a handler writes would pass for the rest of the body.
  const guarded = new GuardedResponse(client.response);
  guarded.close();
  void instance.tellError(error, client.message, guarded.response, attempt && urlOf(attempt.target));
}

function frontOf(
  options: Options,
  { backends, gateway, pathFilter, router }: CompatibleSettings,
): Front | undefined {
  if (pathFilter === undefined && router === undefined) return undefined;
  return new Front(options, backends.length > 0 || gateway.backends !== undefined);
}
