import { systemClock, systemRandom } from '../engine/clock.ts';
import { PROTECTED } from '../engine/headers.ts';
import { OURS_ON_REQUESTS } from '../engine/request-headers.ts';
import type { ErrorSettings, HedgeSettings, RequestSettings, RetrySettings } from '../engine/settings.ts';
import { consoleLogger, containLogger } from '../insight/logger.ts';
import {
  DEFAULTS,
  defaultErrors,
  type GatewayOptions,
  type PolicyOptions,
  type RetryOptions,
  type Settings,
} from '../options.ts';
import { settleDiscovery } from './discovery.ts';
import { type Checks, settleGroup } from './group.ts';
import { settleHealth } from './health.ts';
import { settleSources } from './sources.ts';
import { aBoolean, aFunction, type Check, checkKeys, either, having, number, oneOf, show } from './check.ts';
import { POOL_KEYS, settlePool } from './pool.ts';

const MINUTE_MS = 60_000;
const count = (min: number, max?: number): Check => number({ min, integer: true, ...(max && { max }) });
const ms = number({ min: 1, unit: 'milliseconds' });
const boundedMs = (min: number): Check => number({ min, max: 10 * MINUTE_MS, unit: 'milliseconds' });

const HEDGE: Checks = { quantile: number({ min: 0.5, max: 0.999 }), delayMs: ms };
const RETRY: Checks = {
  retries: count(0, 10),
  replayBytes: count(0, 1_048_576),
  maxRetryAfterMs: number({ min: 0, max: MINUTE_MS, unit: 'milliseconds' }),
  hedge: switchable(HEDGE),
  when: aFunction,
};
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
const TIMEOUTS: Checks = {
  connectMs: ms,
  firstByteMs: ms,
  learned: aBoolean,
  idleMs: ms,
  writeMs: ms,
  requestBodyMs: ms,
  deadlineMs: ms,
  deadlineHeader: either(oneOf(false), headerOfItsOwn),
};
const LIMITS: Checks = {
  perBackend: count(1),
  queue: count(0),
  queueMs: ms,
  requestBytes: count(0),
  replayBytes: count(0),
};
const HEADERS: Checks = { trust: either(aBoolean, aFunction), host: oneOf('preserve', 'backend') };
const ERRORS: Checks = {
  status: either(number({ min: 400, max: 599, integer: true }), oneOf('by-cause'), aFunction),
  disclose: either(oneOf('public', 'trusted', 'hidden'), aFunction),
  render: aFunction,
  deliver: oneOf('respond', 'next'),
};
const POLICY_KEYS = ['retry', 'timeouts', 'headers', 'errors'];
const GATEWAY_KEYS = [
  'backends',
  'name',
  ...POOL_KEYS,
  'breaker',
  'health',
  'discovery',
  'limits',
  'resolver',
  'logger',
  'clock',
  'random',
  ...POLICY_KEYS,
];

/** @throws TypeError or RangeError that names key, rule and value. */
export function settleOptions(options: GatewayOptions): Settings {
  checkKeys('', options, GATEWAY_KEYS);
  const { retry, name = DEFAULTS.name, breaker, resolver, logger, clock, random } = options;
  checkName(name);
  const discovered = settleSources(options.backends);
  if (resolver !== undefined) having(...questionsOf(discovered.sources))('resolver', resolver);
  if (retry !== undefined && retry !== false) checkKeys('retry', retry, [...Object.keys(RETRY), 'budget']);
  const { budget, ...retryOptions } = retry === false || retry === undefined ? {} : retry;
  const base: RequestSettings = {
    retry: DEFAULTS.retry,
    timeouts: DEFAULTS.timeouts,
    headers: DEFAULTS.headers,
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
    limits: settleGroup('limits', options.limits, DEFAULTS.limits, LIMITS),
    resolver,
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
    timeouts: settleGroup('timeouts', policy.timeouts, base.timeouts, TIMEOUTS),
    headers: settleGroup('headers', policy.headers, base.headers, HEADERS),
    errors: settleGroup('errors', policy.errors as Partial<ErrorSettings>, base.errors, ERRORS),
  });
}

function settleRetry(given: PolicyOptions['retry'], base: RetrySettings | false): RetrySettings | false {
  if (given === undefined) return base;
  if (given === false) return false;
  if (typeof given === 'object' && given !== null && 'budget' in given) {
    throw new TypeError(
      'retry.budget belongs to the gateway, whose routes share it: it cannot be part of a policy',
    );
  }
  const from = base === false ? DEFAULTS.retry : base;
  const settled = settleGroup('retry', given as Partial<RetrySettings>, from, RETRY);
  return Object.freeze({ ...settled, hedge: settleHedge(given.hedge, from.hedge) });
}

function settleHedge(given: RetryOptions['hedge'], base: HedgeSettings | false): HedgeSettings | false {
  if (given === undefined) return base;
  if (given === false) return false;
  const from = base === false ? DEFAULTS.hedge : base;
  return settleGroup('retry.hedge', given === true ? undefined : given, from, HEDGE);
}

function settleBreaker(given: GatewayOptions['breaker']): Settings['breaker'] {
  const breaker = settleGroup('breaker', given === false ? undefined : given, DEFAULTS.breaker, BREAKER);
  if (breaker.maxOpenMs >= breaker.openMs) return breaker;
  throw new RangeError(
    `breaker.maxOpenMs must be at least breaker.openMs (${breaker.openMs}), got ${breaker.maxOpenMs}`,
  );
}

function pickPolicy({ timeouts, headers, errors }: GatewayOptions): PolicyOptions {
  return {
    ...(timeouts !== undefined && { timeouts }),
    ...(headers !== undefined && { headers }),
    ...(errors !== undefined && { errors }),
  };
}

/** A group of options that can be switched as a whole. */
function switchable(checks: Checks): Check {
  return (key, value) => {
    if (typeof value === 'boolean') return;
    if (typeof value === 'object' && value !== null) return void settleGroup(key, value, {}, checks);
    throw new TypeError(`${key} must be true, false or an object, got ${show(value)}`);
  };
}

function injected<Value>(key: string, given: Value | undefined, fallback: Value, check: Check): Value {
  if (given !== undefined) check(key, given);
  return given ?? fallback;
}

/** A header that means nothing else to us. */
function headerOfItsOwn(key: string, name: unknown): void {
  const isToken = typeof name === 'string' && /^[\w!#$%&'*+.^`|~-]{1,128}$/.test(name);
  const lower = isToken ? name.toLowerCase() : '';
  if (isToken && !OURS_ON_REQUESTS.has(lower) && !PROTECTED.has(lower)) return;
  throw new TypeError(`${key} must be the name of a header that means nothing else, got ${show(name)}`);
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
