import { createProxyMiddleware } from 'causeway-proxy/express';
import { createProxyMiddleware as createCompatible } from 'causeway-proxy/http-proxy-middleware';
import express from 'express';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sendRaw } from '../support/live-client.ts';
import { ADAPTERS, makeGateway, serve, startGateway } from '../support/live-gateway.ts';
import { startRecorder } from '../support/live-recorder.ts';

const ESCAPES = [
  '/../secret',
  '/a/../../secret',
  '/..',
  '/..?x',
  '/%2e%2e/secret',
  '/%2E./secret',
  '/.%2e/secret',
  '/a%2f..%2f..%2fsecret',
  '/..\\secret',
  '/a\\..\\..\\secret',
  '/..%5csecret',
  '/..;/secret',
  '/..;x=y/secret',
  '//../secret',
];
const HARMLESS = ['/', '/x', '/a..b/...', '/%2e/x', '/x?a=/../b', '/a%2Fb', '//x', '/..x', '/%252e%252e/x'];

const ask = (port: number, target: string) =>
  sendRaw(port, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);

describe.each(ADAPTERS)('the path prefix of a backend, %s', (adapter) => {
  test.each(ESCAPES)('cannot be left by %s', async (target) => {
    const backend = await startRecorder();
    const gateway = await startGateway(adapter, { backends: [`${backend.url}/base`] });
    const { text } = await ask(gateway.port, target);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('Proxy-Cause: request_rejected');
    expect(backend.requests).toEqual([]);
  });

  test.each(HARMLESS)('goes before %s', async (target) => {
    const backend = await startRecorder();
    const gateway = await startGateway(adapter, { backends: [`${backend.url}/base`] });
    expect((await ask(gateway.port, target)).text).toMatch(/^HTTP\/1\.1 200 /);
    expect(backend.requests.map(({ line }) => line)).toEqual([`GET /base${target} HTTP/1.1`]);
  });

  test('counts also when such a backend joins later', async () => {
    const backend = await startRecorder();
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    expect((await ask(gateway.port, '/../x')).text).toMatch(/^HTTP\/1\.1 200 /);
    gateway.gateway.backends.add({ url: `${backend.url}/base`, name: 'prefixed' });
    expect((await ask(gateway.port, '/../x')).text).toMatch(/^HTTP\/1\.1 400 /);
  });
});

test.each(ESCAPES)('the prefix of a target that a router names cannot be left by %s', async (target) => {
  const backend = await startRecorder();
  const middleware = createCompatible({ target: backend.url, router: () => `${backend.url}/base` });
  onTestFinished(() => middleware.gateway.close());
  const { port } = await serve(express().use(middleware));
  expect((await ask(port, target)).text).toMatch(/^HTTP\/1\.1 400 /);
  expect(backend.requests).toEqual([]);
});

test('nor that of a backend which is found while the request waits for it', async () => {
  const backend = await startRecorder();
  let find: (list: string[]) => void = () => undefined;
  const found = new Promise<string[]>((resolve) => (find = resolve));
  const lists = async function* () {
    yield await found;
  };
  const { gateway } = makeGateway({ backends: lists() });
  const middleware = createProxyMiddleware(gateway);
  const app = express().use((request, response, next) => {
    middleware(request, response, next);
    find([`${backend.url}/base`]);
  });
  const asked = ask((await serve(app)).port, '/../secret');
  expect((await asked).text).toMatch(/^HTTP\/1\.1 400 /);
  expect(backend.requests).toEqual([]);
});

test.each(ESCAPES)('the mount of an Express app cannot be left by %s', async (target) => {
  const backend = await startRecorder();
  const { gateway } = makeGateway({ backends: [backend.url] });
  const { port } = await serve(express().use('/api', createProxyMiddleware(gateway)));
  expect((await ask(port, `/api${target}`)).text).toMatch(/^HTTP\/1\.1 400 /);
  expect(backend.requests).toEqual([]);
});
