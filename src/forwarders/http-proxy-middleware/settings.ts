import type { Agent } from 'node:http';
import type { Options } from 'http-proxy-middleware';

/** What http-proxy-middleware is told, and what of it we need to know ourselves. */
export interface MiddlewareSettings {
  /** Without what the gateway does in its place. */
  readonly options: Options;
  /** A user's own agent; `false`: a connection for each request. */
  readonly agent: Agent | false | undefined;
  /** Functions of the user's see requests and responses. */
  readonly isHooked: boolean;
  /** Responses go to the client as the backend sends them: nothing is to be done to them. */
  readonly isPlain: boolean;
  /** Hooks write the responses. */
  readonly isSelfHandled: boolean;
  /** The target of a request is sent on as it came. */
  readonly toProxy: boolean;
  readonly followsRedirects: boolean;
  /** X-Forwarded-Port as well. */
  readonly xfwd: boolean;
  /** Location is read, and so must be a URL. */
  readonly readsLocation: boolean;
}

export function middlewareSettings(options: Options, xfwd = false): MiddlewareSettings {
  const { on = {}, plugins = [], pathRewrite, followRedirects, agent, selfHandleResponse } = options;
  const followsRedirects =
    followRedirects === true || (typeof followRedirects === 'number' && followRedirects > 0);
  const isHooked =
    Object.keys(on).some((name) => name !== 'error') ||
    plugins.length > 0 ||
    selfHandleResponse === true ||
    typeof pathRewrite === 'function';
  const rewritesLocation =
    options.autoRewrite === true ||
    options.hostRewrite !== undefined ||
    options.protocolRewrite !== undefined;
  const rewritesCookies =
    options.cookieDomainRewrite !== undefined || options.cookiePathRewrite !== undefined;
  return {
    options,
    agent: agent as Agent | false | undefined,
    isHooked,
    isPlain: !isHooked && !rewritesLocation && !rewritesCookies,
    isSelfHandled: selfHandleResponse === true,
    toProxy: options.toProxy === true,
    followsRedirects,
    xfwd,
    readsLocation: followsRedirects || rewritesLocation,
  };
}
