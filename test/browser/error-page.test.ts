import type { Gateway } from 'causeway-proxy';
import { createProxyMiddleware as forExpress } from 'causeway-proxy/express';
import { createProxyMiddleware as forKoa } from 'causeway-proxy/koa';
import express, { type NextFunction, type Request, type Response } from 'express';
import Koa from 'koa';
import type { Browser, BrowserContextOptions, Page, Response as PageResponse } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { closedPort } from '../support/live-backend.ts';
import { startBrowser, watch, type Watched } from '../support/live-browser.ts';
import { type Handler, makeGateway, serve } from '../support/live-gateway.ts';

let browser: Browser;

beforeAll(async () => {
  browser = await startBrowser();
}, 60_000);

afterAll(() => browser?.close());

/** As helmet would set it, only stricter. */
const STRICT =
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const APPS: Readonly<Record<string, (gateway: Gateway) => Handler>> = {
  'Express, with a strict policy of its own': (gateway) =>
    express()
      .use((_request: Request, response: Response, next: NextFunction) => {
        response.set('Content-Security-Policy', STRICT);
        next();
      })
      .use(forExpress(gateway)),
  Koa: (gateway) => {
    const app = new Koa().use(forKoa(gateway));
    app.silent = true;
    return app.callback();
  },
};

interface Visit extends Watched {
  readonly page: Page;
  readonly response: PageResponse | null;
}

async function visit(url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const page = await browser.newPage(options);
  onTestFinished(() => page.close());
  const seen = watch(page);
  return { ...seen, page, response: await page.goto(url) };
}

describe.each(Object.entries(APPS))('%s', (_name, appWith) => {
  async function failing(disclose: 'public' | 'trusted' | 'hidden', name = 'orders'): Promise<string> {
    const backends = [{ url: `http://127.0.0.1:${await closedPort()}`, name }];
    const { gateway } = makeGateway({ backends, errors: { disclose } });
    return `${(await serve(appWith(gateway))).url}/`;
  }

  /** Chromium's own word for a 502; nothing else may be said, and nothing else asked for. */
  function expectQuiet({ complaints, requests }: Visit, url: string): void {
    expect(complaints).toEqual([
      'Failed to load resource: the server responded with a status of 502 (Bad Gateway)',
    ]);
    expect(requests).toEqual([url]);
  }

  test('title and facts are there to be read', async () => {
    const url = await failing('public');
    const visited = await visit(url);
    const { page, response } = visited;
    expect(response?.status()).toBe(502);
    expect(await page.title()).toBe('502: The backend refused the connection');
    const heading = page.getByRole('heading', { level: 1, name: 'The backend refused the connection' });
    expect(await heading.isVisible()).toBe(true);
    const id = response?.headers()['x-request-id'] ?? '';
    expect(await factsOf(page)).toMatchObject({
      Status: '502',
      Cause: 'connection_refused',
      Group: 'overload',
      'Request id': id,
      'Safe to repeat': 'yes',
    });
    expect(await page.getByText(id).isVisible()).toBe(true);
    expectQuiet(visited, url);
  });

  test('hidden: no more than status, cause and request id', async () => {
    const url = await failing('hidden');
    const visited = await visit(url);
    expect(await visited.page.title()).toBe('502 Bad Gateway');
    expect(Object.keys(await factsOf(visited.page))).toEqual(['Status', 'Cause', 'Request id']);
    expectQuiet(visited, url);
  });

  test('a name that looks like markup is shown as text', async () => {
    const name = `</li><img src="/x" onerror="alert(1)"><script>alert(2)</script><style>*{color:red}</style>&lt;`;
    const url = await failing('trusted', name);
    const visited = await visit(url);
    const [attempt = ''] = await visited.page.getByRole('listitem').allInnerTexts();
    expect(attempt).toMatch(/: connection_refused, phase connect, [\d.]+ ms$/);
    expect(attempt.startsWith(`${name}: `)).toBe(true);
    expect(await visited.page.locator('img, script, style').count()).toBe(0);
    expectQuiet(visited, url);
  });

  test.each([
    ['light', 'rgb(0, 0, 0)'],
    ['dark', 'rgb(255, 255, 255)'],
  ] as const)('in %s colours, and on a narrow screen', async (colorScheme, color) => {
    const { page } = await visit(await failing('trusted'), {
      colorScheme,
      viewport: { width: 360, height: 640 },
    });
    expect(await page.evaluate('getComputedStyle(document.body).color')).toBe(color);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });
});

test('a page that did what ours must not do would be seen', async () => {
  const markup = '<p style="color: red">x</p><style>p{}</style><script>1</script><img src="/x">';
  const { url } = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': STRICT }).end(markup);
  });
  const { page, complaints } = await visit(`${url}/`);
  for (const kind of ['inline style', 'inline script', 'loading the image']) {
    expect(complaints.some((complaint) => complaint.toLowerCase().includes(kind))).toBe(true);
  }
  expect(await page.getByText('x').isVisible()).toBe(true);
  const { url: open } = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(markup);
  });
  expect((await visit(`${open}/`)).requests).toContain(`${open}/x`);
});

/** Label and value of each fact. */
async function factsOf(page: Page): Promise<Record<string, string>> {
  const labels = await page.getByRole('term').allInnerTexts();
  const values = await page.getByRole('definition').allInnerTexts();
  return Object.fromEntries(labels.map((label, index) => [label, values[index] ?? '']));
}
