import bodyParser from '@koa/bodyparser';
import express, { type RequestHandler } from 'express';
import Koa from 'koa';
import { koaBody } from 'koa-body';
import multer from 'multer';
import { describe, expect, test } from 'vitest';
import { createProxyMiddleware as forExpress } from 'causeway-proxy/express';
import { createProxyMiddleware as forKoa } from 'causeway-proxy/koa';
import type { Gateway } from 'causeway-proxy';
import { startBackend } from '../support/live-backend.ts';
import { readAllFrom, send } from '../support/live-client.ts';
import { type Handler, makeGateway, serve } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

const JSON_BODY = JSON.stringify({ text: 'grün', list: [1, { a: null }], empty: {} });
const FORM = 'name=J%C3%BCrgen+M&empty=&plus=%2B';
const MULTIPART = [
  '--b',
  'Content-Disposition: form-data; name="field"',
  '',
  'value',
  '--b',
  'Content-Disposition: form-data; name="file"; filename="a.txt"',
  'Content-Type: text/plain',
  '',
  'bytes',
  '--b--',
  '',
].join('\r\n');

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const MULTIPART_TYPE = 'multipart/form-data; boundary=b';

function inExpress(...parsers: readonly RequestHandler[]): (gateway: Gateway) => Handler {
  return (gateway) => express().use(...parsers, forExpress(gateway));
}

function inKoa(parser: Koa.Middleware): (gateway: Gateway) => Handler {
  return (gateway) => new Koa().use(parser).use(forKoa(gateway)).callback();
}

/** Echoes what arrived, and how it was framed. */
async function echoThrough(app: (gateway: Gateway) => Handler) {
  const backend = await startBackend((request, response) => {
    void readAllFrom(request).then((body) => {
      response.setHeader('x-length', String(request.headers['content-length']));
      response.setHeader('x-coding', String(request.headers['transfer-encoding']));
      response.end(body);
    });
  });
  const { gateway } = makeGateway({ backends: [backend.url] });
  return { url: (await serve(app(gateway))).url, backend };
}

describe.each<[string, (gateway: Gateway) => Handler, [type: string, body: string][]]>([
  ['express.json', inExpress(express.json()), [[JSON_TYPE, JSON_BODY]]],
  ['express.urlencoded', inExpress(express.urlencoded({ extended: false })), [[FORM_TYPE, FORM]]],
  ['express.text', inExpress(express.text()), [['text/plain', 'some text, grün']]],
  ['express.raw', inExpress(express.raw()), [['application/octet-stream', '\u0001\u0002 raw']]],
  [
    'all of Express’s parsers together',
    inExpress(express.json(), express.urlencoded(), express.text(), express.raw()),
    [
      [JSON_TYPE, JSON_BODY],
      [FORM_TYPE, FORM],
      ['text/plain', 'x'],
      [MULTIPART_TYPE, MULTIPART],
    ],
  ],
  ['multer, of what is no multipart', inExpress(multer().any()), [[JSON_TYPE, JSON_BODY]]],
  [
    '@koa/bodyparser',
    inKoa(bodyParser({ enableTypes: ['json', 'form', 'text'] })),
    [
      [JSON_TYPE, JSON_BODY],
      [FORM_TYPE, FORM],
      ['text/plain', 'some text'],
      [MULTIPART_TYPE, MULTIPART],
    ],
  ],
  [
    'koa-body',
    inKoa(koaBody()),
    [
      [JSON_TYPE, JSON_BODY],
      [FORM_TYPE, FORM],
      ['text/plain', 'some text'],
    ],
  ],
])('behind %s', (_name, app, bodies) => {
  test.each(bodies)('%s arrives, with its length', async (type, body) => {
    const { url } = await echoThrough(app);
    const sent = await send(url, { method: 'POST', body, headers: { 'content-type': type } });
    expect(sent.status).toBe(200);
    const same = type === FORM_TYPE ? [...new URLSearchParams(sent.body.toString())] : sent.body.toString();
    expect(same).toEqual(type === FORM_TYPE ? [...new URLSearchParams(body)] : body);
    expect([sent.headers['x-length'], sent.headers['x-coding']]).toEqual([
      String(sent.body.length),
      'undefined',
    ]);
  });
});

describe.each<[string, (gateway: Gateway) => Handler]>([
  ['multer', inExpress(multer().any())],
  ['koa-body', inKoa(koaBody({ multipart: true }))],
])('a multipart body that %s has read', (_name, app) => {
  test('cannot be written anew: that is said at once, and nothing reaches a backend', async () => {
    const { url, backend } = await echoThrough(app);
    const sent = await send(url, {
      method: 'POST',
      body: MULTIPART,
      headers: { 'content-type': MULTIPART_TYPE },
    });
    const problem = expectFailure(sent, 'request_body_consumed');
    expect(problem).toMatchObject({ attemptCount: 0, reached: 'no' });
    expect(problem['remedy']).toContain('Mount the proxy before the body parser');
    expect(sent.ms).toBeLessThan(1_000);
    expect(backend.requests).toEqual([]);
  });
});
