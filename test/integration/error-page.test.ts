import { GatewayError } from 'causeway-proxy';
import { createProxyMiddleware as forExpress } from 'causeway-proxy/express';
import express, { type NextFunction, type Request, type Response } from 'express';
import { describe, expect, test } from 'vitest';
import { closedPort } from '../support/live-backend.ts';
import { type Sent, send, sendRaw } from '../support/live-client.ts';
import { ADAPTERS, appOf, makeGateway, serve, startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';
import { textOfPage } from '../support/page-text.ts';

/** What Chrome sends for a page. */
const ACCEPT =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7';
const BROWSER = { accept: ACCEPT, 'x-request-id': 'r-1' };

/** Without durations, and the second request fails as the first one did. */
const SAME_EACH_TIME = { retry: false, breaker: false, errors: { disclose: 'public' } } as const;

async function refusing(): Promise<string> {
  return `http://127.0.0.1:${await closedPort()}`;
}

/** Visible text of an answer that must be a page, an element a line. */
function linesOf({ status, headers, body }: Sent): string[] {
  expect([status, headers['content-type']]).toEqual([502, 'text/html; charset=utf-8']);
  expect(headers['content-length']).toBe(String(body.length));
  return textOfPage(body.toString()).split('\n');
}

describe.each(ADAPTERS)('the page for browsers, %s', (adapter) => {
  test('says what the JSON of the same tier says', async () => {
    const backends = [{ url: await refusing(), name: 'orders' }];
    for (const disclose of ['public', 'trusted', 'hidden'] as const) {
      const gateway = await startGateway(adapter, { backends, ...SAME_EACH_TIME, errors: { disclose } });
      const page = await send(gateway.url, { headers: BROWSER });
      const lines = linesOf(page);
      const problem = expectFailure(await send(gateway.url), 'connection_refused');
      expect(lines).toEqual(expect.arrayContaining(['502', 'connection_refused', 'r-1']));
      for (const name of ['title', 'detail', 'group']) {
        const shown = lines.includes(String(problem[name]));
        expect([name, shown]).toEqual([name, disclose !== 'hidden']);
      }
      const isNamed = lines.some((line) => line.startsWith('orders: connection_refused, phase connect, '));
      expect(isNamed).toBe(disclose === 'trusted');
      expect(lines.some((line) => line.startsWith('Where to look: '))).toBe(disclose === 'trusted');
    }
  });

  test('has the same cause headers, and is allowed nothing', async () => {
    const gateway = await startGateway(adapter, { backends: [await refusing()], ...SAME_EACH_TIME });
    const headers = { 'x-request-id': 'r-1' };
    const json = await send(gateway.url, { headers });
    const page = await send(gateway.url, { headers: BROWSER });
    const ofPage = {
      'content-security-policy': "default-src 'none'",
      'x-content-type-options': 'nosniff',
      'content-type': 'text/html; charset=utf-8',
      'content-length': String(page.body.length),
    };
    expect(page.headers).toEqual({ ...json.headers, date: page.headers.date, ...ofPage });
    expect(json.headers.vary).toBe('Accept');
    for (const name of ['content-security-policy', 'x-content-type-options']) {
      expect(json.headers).not.toHaveProperty(name);
    }
  });

  test.each<[string, string | undefined]>([
    ['everything', '*/*'],
    ['nothing', undefined],
    ['JSON', 'application/json'],
    ['problem JSON', 'application/problem+json'],
    ['JSON before HTML', 'text/html;q=0.8, application/json'],
    ['an image', 'image/png'],
  ])('is not for a client that asks for %s', async (_what, accept) => {
    const gateway = await startGateway(adapter, { backends: [await refusing()] });
    const sent = await send(gateway.url, accept === undefined ? {} : { headers: { accept } });
    expectFailure(sent, 'connection_refused');
  });

  test('leaves what the app has set to the app', async () => {
    const { gateway } = makeGateway({ backends: [await refusing()] });
    const { handler } = appOf(adapter, gateway);
    const { url } = await serve((request, response) => {
      response.setHeader('Content-Security-Policy', "default-src 'self'");
      response.setHeader('X-Content-Type-Options', 'of the app');
      response.setHeader('Vary', 'Origin');
      return handler(request, response);
    });
    const page = await send(url, { headers: BROWSER });
    linesOf(page);
    expect(page.headers).toMatchObject({
      'content-security-policy': "default-src 'self'",
      'x-content-type-options': 'of the app',
      vary: 'Origin, Accept',
    });
  });

  test('has no body for HEAD, and the same headers', async () => {
    const gateway = await startGateway(adapter, { backends: [await refusing()], ...SAME_EACH_TIME });
    const get = await send(gateway.url, { headers: BROWSER });
    const head = await send(gateway.url, { method: 'HEAD', headers: BROWSER });
    expect(head.body).toHaveLength(0);
    expect(head.headers).toEqual({ ...get.headers, date: head.headers.date });
  });

  test.each(['GET', 'HEAD'])('answers an upgrade as well, %s', async (method) => {
    const gateway = await startGateway(adapter, { backends: [await refusing()] });
    const upgrade = `Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nAccept: ${ACCEPT}\r\n\r\n`;
    const { text } = await sendRaw(gateway.port, `${method} /chat HTTP/1.1\r\n${upgrade}`);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
    const lines = head.split('\r\n');
    expect(lines).toContain('Content-Type: text/html; charset=utf-8');
    expect(lines).toContain("Content-Security-Policy: default-src 'none'");
    expect(lines).toContain('Proxy-Cause: connection_refused');
    if (method === 'HEAD') return expect(body).toBe('');
    expect(lines).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
    expect(textOfPage(body)).toContain('\nconnection_refused\n');
  });

  test('tells what went wrong with a function of the app, too', async () => {
    const render = (): never => {
      throw new Error('secret of the hook');
    };
    const options = { backends: [await refusing()], errors: { render } };
    const gateway = await startGateway(adapter, options, { expectErrors: true });
    const page = await send(gateway.url, { headers: BROWSER });
    expect(linesOf(page)).toContain('configuration_error');
    expect(page.body.toString()).not.toContain('secret');
  });
});

test('an app that answers failures itself gets the same error, whoever asks', async () => {
  const { gateway } = makeGateway({ backends: [await refusing()], errors: { deliver: 'next' } });
  const errors: GatewayError[] = [];
  const app = express()
    .use(forExpress(gateway))
    .use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
      if (error instanceof GatewayError) errors.push(error);
      response.status(418).end();
    });
  const { url } = await serve(app);
  for (const headers of [BROWSER, { ...BROWSER, accept: '*/*' }]) await send(url, { headers });
  const [forBrowser, forScript] = errors;
  expect(Object.keys(forBrowser?.headers ?? {})).toEqual(Object.keys(forScript?.headers ?? {}));
  for (const name of ['content-type', 'content-security-policy', 'x-content-type-options', 'vary']) {
    expect(forBrowser?.headers).not.toHaveProperty(name);
  }
});
