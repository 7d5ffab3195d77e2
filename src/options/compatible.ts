import type { BackendSettings } from '../engine/settings.ts';
import { TLS_VERSIONS } from '../engine/target-tls.ts';
import type { GatewayOptions } from '../options.ts';
import { aBoolean, aFunction, type Check, checkKeys, either, having, number, oneOf, show } from './check.ts';
import { type DialOptions, pick, settleTarget } from './compatible-target.ts';

/** Options of http-proxy-middleware: whatever they are, until they have been looked at. */
export type CompatibleOptions = Readonly<Record<string, unknown>>;

export interface CompatibleSettings {
  /** From `target`. */
  readonly backends: readonly BackendSettings[];
  readonly dial: DialOptions;
  /** For `createGateway`, but for the backends. */
  readonly gateway: Partial<GatewayOptions>;
  /** Limits for upgrades that differ from those for requests. */
  readonly upgradeMs: number | undefined;
  /** What http-proxy-middleware is to do. */
  readonly forwarding: CompatibleOptions;
  readonly pathFilter: unknown;
  readonly router: unknown;
  readonly mirror: BackendSettings | undefined;
  readonly ws: boolean;
  readonly xfwd: boolean;
}

/** What http-proxy-middleware does by itself, in either way of using it. */
const FORWARDING: Readonly<Record<string, Check>> = {
  pathRewrite: anything,
  plugins: aList,
  ejectPlugins: aBoolean,
  on: anObject,
  logger: having('info', 'warn', 'error'),
  agent: either(oneOf(false), having('addRequest')),
  toProxy: aBoolean,
  prependPath: aBoolean,
  ignorePath: aBoolean,
  preserveHeaderKeyCase: aBoolean,
  auth: text,
  hostRewrite: text,
  autoRewrite: aBoolean,
  protocolRewrite: either(oneOf(null), text),
  cookieDomainRewrite: either(oneOf(false), text, anObject),
  cookiePathRewrite: either(oneOf(false), text, anObject),
  headers: anObject,
  selfHandleResponse: aBoolean,
  followRedirects: either(aBoolean, number({ min: 0, integer: true })),
};

/** What the gateway does in its place. */
const OURS: Readonly<Record<string, Check>> = {
  target: anything,
  forward: anything,
  router: either(aFunction, anObject),
  pathFilter: anything,
  changeOrigin: aBoolean,
  xfwd: aBoolean,
  secure: aBoolean,
  ssl: anObject,
  ca: anything,
  localAddress: text,
  ws: aBoolean,
  timeout: number({ min: 0, unit: 'milliseconds' }),
  proxyTimeout: number({ min: 0, unit: 'milliseconds' }),
  upgradeTimeout: anything,
  causeway: anObject,
};

/** What cannot be done, and why. */
const REFUSED: Readonly<Record<string, string>> = {
  buffer: 'it is one stream for all requests: the body of each is sent, and fixRequestBody writes it anew',
  http2: 'it is for a server of its own, which a middleware has not',
};

/** In other versions, or of other names, and where it is now. */
const FORMER: Readonly<Record<string, string>> = {
  onProxyReq: 'on.proxyReq',
  onProxyRes: 'on.proxyRes',
  onProxyReqWs: 'on.proxyReqWs',
  onError: 'on.error',
  onOpen: 'on.open',
  onClose: 'on.close',
  logLevel: 'logger',
  logProvider: 'logger',
  context: 'pathFilter',
};

const EVENTS = [
  'error',
  'proxyReq',
  'proxyReqWs',
  'proxyRes',
  'open',
  'close',
  'start',
  'end',
  'econnreset',
  'proxySocket',
];

const TLS_KEYS = [
  'ca',
  'cert',
  'key',
  'pfx',
  'passphrase',
  'ciphers',
  'secureProtocol',
  'servername',
  'rejectUnauthorized',
  'minVersion',
  'maxVersion',
];

/** @throws TypeError or RangeError that names key, rule and value, or why it cannot be done. */
export function settleCompatible(given: CompatibleOptions): CompatibleSettings {
  checkOptions(given, { ...FORWARDING, ...OURS });
  checkTargets(given);
  const dial = settleDial(given);
  const { target, forward, pathFilter, router, ws } = given;
  const targets = target === undefined ? [] : Array.isArray(target) ? (target as unknown[]) : [target];
  const backends = targets.map((one, i) =>
    settleTarget(one, Array.isArray(target) ? `target[${i}]` : 'target', dial),
  );
  checkPrefixes(given, backends);
  return {
    backends: named(backends),
    dial,
    gateway: gatewayOptions(given),
    upgradeMs: limitMs(given['upgradeTimeout']),
    // As it does it itself, hooks and rewrites see the host that the client has asked for.
    forwarding: { ...forwardingOf(given), changeOrigin: given['changeOrigin'] === true },
    pathFilter,
    router,
    mirror: forward === undefined ? undefined : settleTarget(forward, 'forward', dial),
    ws: ws === true,
    xfwd: given['xfwd'] === true,
  };
}

/** Of a gateway of the user's own: it knows its backends, and how to connect to them. */
export function settleForwarding(given: CompatibleOptions): CompatibleOptions {
  for (const key of Object.keys(given)) {
    if (given[key] !== undefined && Object.hasOwn(OURS, key)) {
      throw new TypeError(`${key} cannot be used here: ${ELSEWHERE[key] ?? 'it belongs to the gateway'}`);
    }
  }
  const { error } = (given['on'] ?? {}) as { error?: unknown };
  if (error !== undefined) {
    throw new TypeError(
      'on.error cannot be used here: the gateway answers failures, and tells of them in its events',
    );
  }
  checkOptions(given, FORWARDING);
  checkPrefixes(given, []);
  return forwardingOf(given);
}

const ELSEWHERE: Readonly<Record<string, string>> = {
  target: 'a gateway has `backends`',
  router: 'a gateway has `backends`',
  changeOrigin: "a gateway has `headers: { host: 'backend' }`",
  xfwd: 'a gateway always sends X-Forwarded-*',
  secure: 'a gateway always verifies certificates, those of a backend with its `tls`',
  ssl: 'a gateway has `tls` with each of its `backends`',
  timeout: 'a gateway has `timeouts`',
  proxyTimeout: 'a gateway has `timeouts`',
  upgradeTimeout: 'a gateway has `timeouts`',
};

function checkOptions(given: CompatibleOptions, checks: Readonly<Record<string, Check>>): void {
  for (const key of Object.keys(given ?? {})) {
    if (given[key] === undefined) continue;
    const reason = REFUSED[key];
    if (reason !== undefined) throw new TypeError(`${key} cannot be used: ${reason}`);
    const now = FORMER[key];
    if (now !== undefined)
      throw new TypeError(`unknown option ${key}: http-proxy-middleware 4 calls it ${now}`);
  }
  checkKeys('', defined(given), Object.keys(checks));
  for (const [key, check] of Object.entries(checks)) {
    if (given[key] !== undefined && given[key] !== null) check(key, given[key]);
  }
  checkHooks(given);
}

function checkHooks({ on, plugins, headers, selfHandleResponse, ejectPlugins }: CompatibleOptions): void {
  const hooks = (on ?? {}) as Readonly<Record<string, unknown>>;
  checkKeys('on', hooks, EVENTS);
  for (const [event, hook] of Object.entries(hooks)) if (hook !== undefined) aFunction(`on.${event}`, hook);
  const list = (plugins ?? []) as unknown[];
  list.forEach((plugin, i) => aFunction(`plugins[${i}]`, plugin));
  if (selfHandleResponse === true && hooks['proxyRes'] === undefined && list.length === 0) {
    throw new TypeError('selfHandleResponse must have an on.proxyRes beside it: nobody would answer');
  }
  if (ejectPlugins === true && on !== undefined && list.length === 0) {
    throw new TypeError('ejectPlugins takes `on` away with the plugins: add proxyEventsPlugin to `plugins`');
  }
  for (const name of Object.keys((headers ?? {}) as object)) {
    if (name.toLowerCase() !== 'expect') continue;
    throw new TypeError('headers must not have Expect: nothing would wait for the answer to it');
  }
}

function checkTargets({ target, router, causeway }: CompatibleOptions): void {
  const { backends } = (causeway ?? {}) as Partial<GatewayOptions>;
  if (target !== undefined && backends !== undefined) {
    throw new TypeError('causeway.backends cannot be used beside target, which names the backends');
  }
  if (target === undefined && backends === undefined && router === undefined) {
    throw new TypeError('target must be a URL, an object with a host, or a list of these, got undefined');
  }
  if (Array.isArray(target) && target.length === 0) {
    throw new TypeError('target must be a list of at least one, got an empty array');
  }
}

function checkPrefixes({ prependPath }: CompatibleOptions, backends: readonly BackendSettings[]): void {
  if (prependPath !== false || backends.every(({ target }) => target.prefix === '')) return;
  throw new TypeError(
    'prependPath: false is ignored by http-proxy-middleware 4: leave the path out of the target',
  );
}

function settleDial({ secure, ssl, ca, localAddress }: CompatibleOptions): DialOptions {
  const given = (ssl ?? {}) as Readonly<Record<string, unknown>>;
  checkKeys('ssl', given, TLS_KEYS);
  for (const key of ['minVersion', 'maxVersion']) {
    if (given[key] !== undefined) oneOf(...TLS_VERSIONS)(`ssl.${key}`, given[key]);
  }
  const tls = pick({ ...given, ...(ca !== undefined && { ca }) }, TLS_KEYS);
  return {
    tls: secure === undefined ? tls : { ...tls, rejectUnauthorized: secure === true },
    localAddress: localAddress as string | undefined,
  };
}

function gatewayOptions(given: CompatibleOptions): Partial<GatewayOptions> {
  const causeway = (given['causeway'] ?? {}) as Partial<GatewayOptions>;
  return { ...causeway, timeouts: { ...timeoutsOf(given), ...causeway.timeouts } };
}

/** Both are limits of silence: `timeout` on the client's connection, `proxyTimeout` on the backend's. */
function timeoutsOf({ timeout, proxyTimeout }: CompatibleOptions): NonNullable<GatewayOptions['timeouts']> {
  const client = limitMs(timeout);
  const both = Math.min(client ?? Infinity, limitMs(proxyTimeout) ?? Infinity);
  return {
    ...(client !== undefined && { requestBodyMs: client }),
    ...(both !== Infinity && { firstByteMs: both, idleMs: both }),
  };
}

/** Zero and the like are none. */
function limitMs(given: unknown): number | undefined {
  return typeof given === 'number' && given > 0 && given < Infinity ? Math.max(given, 1) : undefined;
}

function forwardingOf(given: CompatibleOptions): CompatibleOptions {
  const known = Object.keys(FORWARDING).filter((key) => given[key] !== undefined);
  return Object.fromEntries(known.map((key) => [key, given[key]]));
}

/** The same target may be listed twice. */
function named(backends: readonly BackendSettings[]): BackendSettings[] {
  const seen = new Map<string, number>();
  return backends.map((backend) => {
    const { name } = backend.target;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? backend : { ...backend, target: { ...backend.target, name: `${name}#${count}` } };
  });
}

function anything(): void {}

function aList(key: string, value: unknown): void {
  if (!Array.isArray(value)) throw new TypeError(`${key} must be a list, got ${show(value)}`);
}

function anObject(key: string, value: unknown): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new TypeError(`${key} must be an object, got ${show(value)}`);
}

function text(key: string, value: unknown): void {
  if (typeof value !== 'string') throw new TypeError(`${key} must be text, got ${show(value)}`);
}

/** An option that is undefined is as good as one that is not there. */
function defined(given: CompatibleOptions): unknown {
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
