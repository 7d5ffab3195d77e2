// A data listener of the app, say one that counts bytes, took the body away from the backend.
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { openBody } from '../../src/adapters/open-body.ts';
import { createGateway } from '../../src/gateway.ts';
import { FakeClock, flush } from '../support/fake-clock.ts';
import { fakeExchange } from '../support/fake-exchange.ts';
import { attemptNumber, collect, openUpload } from '../support/fake-stream.ts';

test('a listener from before, and a backend that is asked later', async () => {
  const message = new IncomingMessage(new Socket());
  message.headers['content-length'] = '8';
  let heard = '';
  message.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  const mount = createGateway({ backends: ['http://a'] }).mount();
  const body = openBody(message, {}, fakeExchange(), mount);
  message.push(Buffer.from('the '));
  await flush();
  const seen = collect(body.open(attemptNumber(1)));
  message.push(Buffer.from('body'));
  message.complete = true;
  message.push(null);
  await flush();
  expect([seen.text(), heard]).toEqual(['the body', 'the body']);
});

test('a listener from afterwards', async () => {
  const { upload, body } = openUpload(new FakeClock());
  upload.on('data', () => undefined);
  const seen = collect(body.open(attemptNumber(1)));
  upload.send('the body');
  await flush();
  upload.finish();
  await flush();
  expect(seen.text()).toBe('the body');
});
