import { describe, expect, test } from 'vitest';
import type { Failed } from '../../../src/engine/types.ts';
import { failed } from '../../../src/failure/failed.ts';
import { guard, type GuardOptions } from '../../../src/layers/guard.ts';
import { type FakeExchange, fakeBody, fakeExchange } from '../../support/fake-exchange.ts';
import { FakeResponded } from '../../support/fake-outcome.ts';
import { scripted } from '../../support/fake-forward.ts';

const response = new FakeResponded();

const OPTIONS: GuardOptions = { name: 'causeway', requestBytes: 100 };

/** The refusal, or undefined when the request went on. */
async function refusalOf(
  given: FakeExchange,
  options: Partial<GuardOptions> = {},
): Promise<Failed | undefined> {
  const below = scripted(response);
  const layer = guard({ ...OPTIONS, ...options });
  const outcome = await layer(below.forward)(fakeExchange(given));
  expect(below.calls).toHaveLength(outcome === response ? 1 : 0);
  return outcome.kind === 'failed' ? outcome : undefined;
}

test('an ordinary request goes on', async () => {
  const rawHeaders = ['Host', 'shop.example', 'Transfer-Encoding', 'chunked', 'Via', '1.1 cdn'];
  expect(await refusalOf({ path: '/a/b?c=d&e=%2F', rawHeaders })).toBeUndefined();
});

describe('the request target', () => {
  test.each(['/', '//other.example/x', '/?', '/%00', '/a;b=c/../d', '/é'])('%s is a path', async (path) => {
    expect(await refusalOf({ path })).toBeUndefined();
  });

  test.each([
    '',
    '*',
    'shop.example:443',
    'ftp://x/',
    'a/b',
    '/a#b',
    '/a b',
    '/a\tb',
    '/a\r\nb',
    '/\0',
    '/\x7f',
  ])('%j is none', async (path) => {
    expect(await refusalOf({ path })).toMatchObject({ cause: 'request_rejected', status: 400 });
  });
});

test('two Host headers are refused, even when they agree', async () => {
  const rawHeaders = ['Host', 'a.example', 'HOST', 'a.example'];
  expect(await refusalOf({ rawHeaders })).toMatchObject({ cause: 'request_rejected', status: 400 });
});

describe('the version', () => {
  test.each(['1.0', '1.1'])('%s is known', async (httpVersion) => {
    expect(await refusalOf({ httpVersion })).toBeUndefined();
  });

  test.each(['0.9', '1.2', '2.0', '3.0', ''])('%j is not, in a request line', async (httpVersion) => {
    expect(await refusalOf({ httpVersion })).toMatchObject({ cause: 'request_rejected', status: 400 });
  });

  test('2.0 comes with pseudo-headers', async () => {
    const rawHeaders = [':method', 'GET', ':authority', 'a'];
    expect(await refusalOf({ httpVersion: '2.0', rawHeaders })).toBeUndefined();
  });
});

test('as many headers as some versions of Node keep may be too few', async () => {
  const rawHeaders = Array.from({ length: 1_998 }, (_, i) => `x${i}`);
  expect(await refusalOf({ rawHeaders })).toBeUndefined();
  expect(await refusalOf({ rawHeaders: [...rawHeaders, 'x', 'y'] })).toMatchObject({ status: 431 });
});

describe('the authority', () => {
  test.each(['a', 'a.example:80', '[::1]:80', 'a:', '', 'x_y', 'a%20b'])('%j is one', async (authority) => {
    expect(await refusalOf({ authority })).toBeUndefined();
  });

  test.each(['a b', 'a/b', 'user@a', 'a:x', '::1', '[::1', 'a%2', 'a\u00e9'])(
    '%j is none',
    async (authority) => {
      expect(await refusalOf({ authority })).toMatchObject({ cause: 'request_rejected', status: 400 });
    },
  );

  test('of the target outranks a Host header, which must be valid all the same', async () => {
    expect(await refusalOf({ authority: 'a', rawHeaders: ['Host', 'b'] })).toBeUndefined();
    expect(await refusalOf({ authority: 'a', rawHeaders: ['Host', 'b/c'] })).toMatchObject({ status: 400 });
  });

  test('is not said twice, and differently, in HTTP/2', async () => {
    const two = (host: string) =>
      refusalOf({ httpVersion: '2.0', authority: 'a', rawHeaders: [':authority', 'a', 'host', host] });
    expect(await two('a')).toBeUndefined();
    expect(await two('b')).toMatchObject({ cause: 'request_rejected', status: 400 });
  });
});

describe('a path that climbs', () => {
  test('goes on to backends at the root', async () => {
    expect(await refusalOf({ path: '/a/../b' })).toBeUndefined();
  });
});

describe('Transfer-Encoding', () => {
  test('is unknown in HTTP/1.0', async () => {
    const rawHeaders = ['Transfer-Encoding', 'chunked'];
    expect(await refusalOf({ httpVersion: '1.0', rawHeaders })).toMatchObject({ status: 400 });
  });

  test.each(['chunked', 'Chunked'])('%s is known', async (coding) => {
    expect(await refusalOf({ rawHeaders: ['Transfer-Encoding', coding] })).toBeUndefined();
  });

  test.each(['gzip, chunked', 'identity', 'xchunked', 'chunked, chunked', ''])(
    '%j is refused',
    async (coding) => {
      expect(await refusalOf({ rawHeaders: ['Transfer-Encoding', coding] })).toMatchObject({
        cause: 'request_rejected',
        status: 400,
      });
    },
  );
});

describe('the announced length', () => {
  test('may be the limit', async () => {
    expect(await refusalOf({ body: fakeBody({ length: 100 }) })).toBeUndefined();
  });

  test('may not exceed it', async () => {
    expect(await refusalOf({ body: fakeBody({ length: 101 }) })).toMatchObject({
      cause: 'request_rejected',
      status: 413,
    });
  });
});

describe('Via', () => {
  test.each(['1.1 causeway', '1.1 cdn, HTTP/1.1 causeway (v1)', '1.0 a,\t2.0  causeway'])(
    '%s is a loop',
    async (via) => {
      const refusal = await refusalOf({ rawHeaders: ['Via', via] });
      expect(refusal).toMatchObject({ cause: 'loop_detected' });
      expect(refusal?.status).toBeUndefined();
    },
  );

  test.each(['1.1 causeway-2', '1.1 my-causeway', 'causeway', '1.1 cdn (causeway)', ''])(
    '%j is none',
    async (via) => {
      expect(await refusalOf({ rawHeaders: ['Via', via] })).toBeUndefined();
    },
  );
});

test('what was given up before it began does not begin', async () => {
  const exchange = fakeExchange();
  const reason = failed('request_body_consumed');
  exchange.cancel(reason);
  const below = scripted();
  expect(await guard(OPTIONS)(below.forward)(exchange)).toBe(reason);
  expect(below.calls).toEqual([]);
});
