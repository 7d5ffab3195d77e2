import { systemClock, systemRandom } from '../engine/clock.ts';
import { NO_REWRITES } from '../engine/rewrite/none.ts';
import type { ErrorSettings, RequestSettings, UpgradeSettings } from '../engine/settings.ts';
import { consoleLogger, containLogger } from '../insight/logger.ts';
import {
  DEFAULTS,
  defaultErrors,
  type GatewayOptions,
  type PolicyOptions,
  type Settings,
} from '../options.ts';
import { settleDestinations } from './destinations.ts';
import { settleDiscovery } from './discovery.ts';
import { type Checks, settleGroup } from './group.ts';
import { settleHealth } from './health.ts';
import { settleSources } from './sources.ts';
import {
  aBoolean,
  aFunction,
  aPath,
  type Check,
  checkKeys,
  either,
  having,
  number,
  oneOf,
  show,
} from './check.ts';
import { settleLimits } from './limits.ts';
import { POOL_KEYS, settlePool } from './pool.ts';
import { RETRY_KEYS, settleRetry } from './retry.ts';
import { settleRewrite } from './rewrite.ts';
import { settleTimeouts } from './timeouts.ts';

const MINUTE_MS = 60_000;
const count = (min: number, max?: number): Check => number({ min, integer: true, ...(max && { max }) });
const ms = number({ min: 1, unit: 'milliseconds' });
const boundedMs = (min: number): Check => number({ min, max: 10 * MINUTE_MS, unit: 'milliseconds' });

const BUDGET: Checks = {
  ratio: number({ min: 0, max: 1 }),
  minPerSecond: number({ min: 0, max: 1_000 }),
  windowMs: boundedMs(1_000),
};
const BREAKER: Checks = {
  consecutiveFailures: count(1, 1_000),
  failureRate: number({ above: 0, max: 1 }),
  minRequests: count(1, 100_000),
  windowMs: boundedMs(100),
  openMs: boundedMs(10),
  maxOpenMs: boundedMs(10),
  successes: count(1, 100),
  slowMs: ms,
  slowRate: number({ above: 0, max: 1 }),
};
const HEADERS: Checks = {
  trust: either(oneOf('app'), aBoolean, aFunction),
  forwarded: aBoolean,
  host: oneOf('preserve', 'backend'),
};
const ERRORS: Checks = {
  status: either(number({ min: 400, max: 599, integer: true }), oneOf('by-cause'), aFunction),
  disclose: either(oneOf('public', 'trusted', 'hidden'), aFunction),
  render: aFunction,
  deliver: oneOf('respond', 'next'),
};
const UPGRADE: Checks = { path: aPath, strip: aBoolean };
const POLICY_KEYS = ['retry', 'timeouts', 'headers', 'errors', 'upgrade', 'rewrite'];
const GATEWAY_KEYS = [
  'backends',
  'name',
  ...POOL_KEYS,
  'breaker',
  'health',
  'discovery',
  'limits',
  'destinations',
  'resolver',
  'forwarder',
  'logger',
  'clock',
  'random',
  ...POLICY_KEYS,
];

/** @throws TypeError or RangeError that names key, rule and value. */
export function settleOptions(options: GatewayOptions): Settings {
  checkKeys('', options, GATEWAY_KEYS);
  const { retry, name = DEFAULTS.name, breaker, resolver, forwarder, logger, clock, random } = options;
  checkName(name);
  const discovered = settleSources(options.backends);
  if (resolver !== undefined) having(...questionsOf(discovered.sources))('resolver', resolver);
  if (forwarder !== undefined) aFunction('forwarder', forwarder);
  if (retry !== undefined && retry !== false) checkKeys('retry', retry, [...RETRY_KEYS, 'budget']);
  const { budget, ...retryOptions } = retry === false || retry === undefined ? {} : retry;
  const base: RequestSettings = {
    retry: DEFAULTS.retry,
    timeouts: DEFAULTS.timeouts,
    headers: DEFAULTS.headers,
    upgrade: DEFAULTS.upgrade,
    rewrite: NO_REWRITES,
    errors: defaultErrors(process.env['NODE_ENV']),
  };
  const request = settlePolicy(
    { ...pickPolicy(options), retry: retry === false ? false : retryOptions },
    base,
  );
  return Object.freeze({
    ...discovered,
    name,
    ...settlePool(options),
    request,
    budget: settleGroup('retry.budget', budget, DEFAULTS.budget, BUDGET),
    breaker: breaker === false ? false : settleBreaker(breaker),
    health: settleHealth(options.health),
    discovery: settleDiscovery(options.discovery),
    limits: settleLimits(options.limits),
    destinations: settleDestinations(options.destinations),
    resolver,
    forwarder,
    logger: containLogger(injected('logger', logger, consoleLogger, having('warn', 'error'))),
    clock: injected('clock', clock, systemClock, having('now', 'wall', 'after')),
    random: injected('random', random, systemRandom, aFunction),
  });
}

/** One mount's settings: its own where given, else those of the gateway. */
export function settlePolicy(policy: PolicyOptions, base: RequestSettings): RequestSettings {
  checkKeys('', policy, POLICY_KEYS);
  return Object.freeze({
    retry: settleRetry(policy.retry, base.retry),
    timeouts: settleTimeouts(policy.timeouts, base.timeouts),
    headers: settleGroup('headers', policy.headers, base.headers, HEADERS),
    errors: settleGroup('errors', policy.errors as Partial<ErrorSettings>, base.errors, ERRORS),
    upgrade: settleGroup('upgrade', policy.upgrade as Partial<UpgradeSettings>, base.upgrade, UPGRADE),
    rewrite: settleRewrite(policy.rewrite, base.rewrite),
  });
}

function settleBreaker(given: GatewayOptions['breaker']): Settings['breaker'] {
  const breaker = settleGroup('breaker', given === false ? undefined : given, DEFAULTS.breaker, BREAKER);
  if (breaker.maxOpenMs >= breaker.openMs) return breaker;
  throw new RangeError(
    `breaker.maxOpenMs must be at least breaker.openMs (${breaker.openMs}), got ${breaker.maxOpenMs}`,
  );
}

function pickPolicy({ timeouts, headers, errors, upgrade, rewrite }: GatewayOptions): PolicyOptions {
  return {
    ...(timeouts !== undefined && { timeouts }),
    ...(headers !== undefined && { headers }),
    ...(errors !== undefined && { errors }),
    ...(upgrade !== undefined && { upgrade }),
    ...(rewrite !== undefined && { rewrite }),
  };
}

function injected<Value>(key: string, given: Value | undefined, fallback: Value, check: Check): Value {
  if (given !== undefined) check(key, given);
  return given ?? fallback;
}

/** It stands unquoted in Via and Proxy-Status: an RFC 8941 token that is an RFC 9110 token as well. */
function checkName(name: unknown): void {
  if (typeof name === 'string' && /^[A-Za-z][\w.-]{0,63}$/.test(name)) return;
  throw new TypeError(
    `name must be a letter followed by up to 63 letters, digits, ".", "_" or "-", got ${show(name)}`,
  );
}

/** What a resolver is asked for. */
function questionsOf(sources: Settings['sources']): string[] {
  const services = sources.some(({ kind }) => kind === 'srv') ? ['resolveSrv'] : [];
  return ['resolve4', 'resolve6', ...services];
}
