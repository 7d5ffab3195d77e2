import { describe, expect, test } from 'vitest';
import { settleCompatible, settleForwarding } from '../../../src/options/compatible.ts';
import { settleTarget } from '../../../src/options/compatible-target.ts';
import { DEFAULTS } from '../../../src/options.ts';

const TARGET = 'http://127.0.0.1:3001';
const DIAL = { tls: {}, localAddress: undefined };

describe('what cannot be honoured is refused, with the reason', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['nothing to forward to', {}, 'target must be a URL'],
    ['an empty list', { target: [] }, 'target must be a list of at least one'],
    ['what is no URL', { target: 'nonsense' }, 'target must be a URL, got "nonsense"'],
    ['no host', { target: { port: 1 } }, 'target must be a URL, or an object with a host'],
    ['credentials in the target', { target: 'http://a:b@c' }, 'use `auth`'],
    ['another protocol', { target: 'ftp://a' }, 'target must be an http:// or https:// URL'],
    ['one of several', { target: [TARGET, 'x'] }, 'target[1] must be a URL'],
    ['a body for all requests', { target: TARGET, buffer: {} }, 'buffer cannot be used: it is one stream'],
    ['a server of its own', { target: TARGET, http2: true }, 'http2 cannot be used'],
    ['what it ignores', { target: `${TARGET}/x`, prependPath: false }, 'prependPath: false is ignored'],
    [
      'nobody to answer',
      { target: TARGET, selfHandleResponse: true },
      'selfHandleResponse must have an on.proxyRes',
    ],
    ['hooks without their plugin', { target: TARGET, ejectPlugins: true, on: {} }, 'add proxyEventsPlugin'],
    ['Expect', { target: TARGET, headers: { expect: '100-continue' } }, 'headers must not have Expect'],
    [
      'names of before',
      { target: TARGET, onProxyReq: () => undefined },
      'http-proxy-middleware 4 calls it on.proxyReq',
    ],
    ['a misspelled option', { target: TARGET, pathRewrites: {} }, 'did you mean pathRewrite?'],
    [
      'a misspelled event',
      { target: TARGET, on: { proxyRequest: () => 1 } },
      'unknown option on.proxyRequest',
    ],
    ['a hook that is none', { target: TARGET, on: { proxyReq: 'x' } }, 'on.proxyReq must be a function'],
    ['a plugin that is none', { target: TARGET, plugins: [{}] }, 'plugins[0] must be a function'],
    ['a flag that is none', { target: TARGET, changeOrigin: 'yes' }, 'changeOrigin must be true or false'],
    ['an agent that is none', { target: TARGET, agent: {} }, 'agent must be'],
    [
      'TLS that we do not know',
      { target: TARGET, ssl: { SNICallback: 1 } },
      'unknown option ssl.SNICallback',
    ],
    [
      'a key that is none',
      { target: { protocol: 'https:', host: 'a', key: 'x' } },
      'target must have readable',
    ],
    [
      'two lists of backends',
      { target: TARGET, causeway: { backends: [TARGET] } },
      'causeway.backends cannot be used',
    ],
  ])('%s', (_what, options, message) => {
    expect(() => settleCompatible(options)).toThrow(message);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ target: TARGET }, 'target cannot be used here: a gateway has `backends`'],
    [{ changeOrigin: true }, 'changeOrigin cannot be used here'],
    [{ xfwd: true }, 'xfwd cannot be used here'],
    [{ on: { error: () => undefined } }, 'on.error cannot be used here'],
    [{ ws: true }, 'ws cannot be used here'],
    [{ nonsense: 1 }, 'unknown option nonsense'],
  ])('as a forwarder, %o', (options, message) => {
    expect(() => settleForwarding(options)).toThrow(message);
  });

  test('undefined is as good as nothing', () => {
    expect(settleForwarding({ target: undefined, pathRewrite: undefined })).toEqual({});
  });
});

describe('limits', () => {
  test.each<[Record<string, unknown>, object]>([
    [{}, {}],
    [{ proxyTimeout: 500 }, { firstByteMs: 500, idleMs: 500 }],
    [{ timeout: 800 }, { firstByteMs: 800, idleMs: 800, requestBodyMs: 800 }],
    [
      { timeout: 800, proxyTimeout: 500 },
      { firstByteMs: 500, idleMs: 500, requestBodyMs: 800 },
    ],
    [{ timeout: 0 }, {}],
    [
      { proxyTimeout: 500, causeway: { timeouts: { firstByteMs: 9 } } },
      { firstByteMs: 9, idleMs: 500 },
    ],
  ])('%o', (options, timeouts) => {
    expect(settleCompatible({ target: TARGET, ...options }).gateway.timeouts).toEqual(timeouts);
  });

  test('without any, those of a gateway hold', () => {
    expect(DEFAULTS.timeouts.firstByteMs).toBe(30_000);
  });
});

describe('targets', () => {
  test.each<[unknown, object]>([
    ['http://a.test', { origin: 'http://a.test', port: 80, prefix: '' }],
    [new URL('https://a.test:8443/base/'), { origin: 'https://a.test:8443', port: 8443, prefix: '/base' }],
    ['wss://a.test', { protocol: 'https:', port: 443 }],
    ['ws://a.test/x', { protocol: 'http:', prefix: '/x' }],
    ['http://a.test/base?k=1', { prefix: '/base', search: '?k=1' }],
    ['http://[::1]:3000', { hostname: '::1', port: 3000 }],
    [
      { host: 'a.test', port: 3000 },
      { origin: 'http://a.test:3000', prefix: '' },
    ],
    [
      { protocol: 'https:', hostname: 'a.test', host: 'a.test:1', port: '2', pathname: '/p' },
      { origin: 'https://a.test:2', prefix: '/p' },
    ],
    [{ host: '::1', port: 3000 }, { hostname: '::1' }],
    [
      { socketPath: '/run/app.sock' },
      { socketPath: '/run/app.sock', name: '/run/app.sock', hostname: 'localhost' },
    ],
  ])('%o', (given, target) => {
    expect(settleTarget(given, 'target', DIAL).target).toMatchObject(target);
  });

  test('verify certificates unless they are told not to', () => {
    const tlsOf = (options: object): unknown =>
      settleCompatible({ target: 'https://a.test', ...options }).backends[0]?.target.tls;
    expect(tlsOf({})).toEqual({});
    expect(tlsOf({ secure: true })).toEqual({ rejectUnauthorized: true });
    expect(tlsOf({ secure: false })).toEqual({ rejectUnauthorized: false });
  });

  test('that are the same have names of their own', () => {
    const { backends } = settleCompatible({ target: [TARGET, TARGET] });
    expect(backends.map(({ target }) => target.name)).toEqual(['127.0.0.1:3001', '127.0.0.1:3001#2']);
  });
});
