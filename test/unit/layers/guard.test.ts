import { describe, expect, test } from 'vitest';
import type { Failed } from '../../../src/engine/types.ts';
import { failed } from '../../../src/failure/failed.ts';
import { guard } from '../../../src/layers/guard.ts';
import { type FakeExchange, fakeBody, fakeExchange } from '../../support/fake-exchange.ts';
import { FakeResponded } from '../../support/fake-outcome.ts';
import { scripted } from '../../support/fake-forward.ts';

const response = new FakeResponded();

/** The refusal, or undefined when the request went on. */
async function refusalOf(given: FakeExchange): Promise<Failed | undefined> {
  const below = scripted(response);
  const outcome = await guard({ name: 'causeway', requestBytes: 100 })(below.forward)(fakeExchange(given));
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

describe('Transfer-Encoding', () => {
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
  expect(await guard({ name: 'causeway', requestBytes: 1 })(below.forward)(exchange)).toBe(reason);
  expect(below.calls).toEqual([]);
});
