import type { GatewayOptions } from 'causeway-proxy';
import { createGateway } from 'causeway-proxy';
import { createProxyMiddleware as forExpress } from 'causeway-proxy/express';
import { createProxyMiddleware as forKoa } from 'causeway-proxy/koa';
import { createRequestListener } from 'causeway-proxy/node';
import { describe, expect, test } from 'vitest';

const BACKENDS = ['http://127.0.0.1:1'];

const ENTRIES: readonly [string, (options: GatewayOptions) => unknown][] = [
  ['createGateway', createGateway],
  ['Express', forExpress],
  ['Koa', forKoa],
  ['node', createRequestListener],
];

const WRONG: readonly [string, object, RegExp][] = [
  ['a misspelt key', { backends: BACKENDS, timeoutz: {} }, /timeoutz.*did you mean timeouts\?/],
  [
    'a misspelt key within',
    { backends: BACKENDS, timeouts: { conectMs: 1 } },
    /timeouts\.conectMs.*connectMs/,
  ],
  [
    'a negative timeout',
    { backends: BACKENDS, timeouts: { connectMs: -1 } },
    /timeouts\.connectMs.*milliseconds.*-1/,
  ],
  ['a timeout as text', { backends: BACKENDS, timeouts: { connectMs: '5s' } }, /timeouts\.connectMs.*"5s"/],
  ['an ftp backend', { backends: ['ftp://files.internal'] }, /backends\[0\].*http.*"ftp:"/],
  ['no URL', { backends: ['10.0.0.1:3000'] }, /backends\[0\].*URL/],
  ['no backends', { backends: [] }, /backends.*at least one.*an empty array/],
  ['nothing at all', {}, /backends.*undefined/],
  [
    'the same backend twice',
    { backends: [...BACKENDS, ...BACKENDS] },
    /different names.*127\.0\.0\.1:1.*name/,
  ],
  ['a zone id', { backends: ['http://[fe80::1%25eth0]:80'] }, /backends\[0\].*zone/],
  ['NaN', { backends: BACKENDS, limits: { perBackend: Number.NaN } }, /limits\.perBackend.*NaN/],
  ['a name that is no token', { backends: BACKENDS, name: 'my gateway' }, /name.*"my gateway"/],
  ['an unknown status', { backends: BACKENDS, errors: { status: 200 } }, /errors\.status.*400.*200/],
];

describe.each(ENTRIES)('%s refuses at construction', (_name, make) => {
  test.each(WRONG)('%s', (_what, options, message) => {
    let thrown: unknown;
    try {
      make(options as GatewayOptions);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    expect([TypeError.name, RangeError.name]).toContain((thrown as Error).name);
    expect((thrown as Error).message).toMatch(message);
    expect((thrown as Error).message).not.toContain('\n');
  });
});

test('a password in a backend URL is refused, and not repeated', () => {
  const make = (): unknown => createGateway({ backends: ['http://root:hunter2@db.internal'] });
  expect(make).toThrow(/backends\[0\] must not have a/);
  expect(make).not.toThrow(/hunter2/);
});

test('a wrong policy is refused as well', () => {
  const gateway = createGateway({ backends: BACKENDS });
  expect(() => forExpress(gateway, { timeouts: { idleMs: 0 } })).toThrow(/timeouts\.idleMs/);
});
