// A form with a list, `a[]=1`, which the parser gives as `{ a: ['1'] }`, went on to the backend as `a=1`.
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { reserialize } from '../../src/adapters/consumed-body.ts';

test.each([{ a: ['1'] }, { a: ['1', '2'] }, { a: [] }])('%j is not written anew', (body) => {
  const message = new IncomingMessage(new Socket());
  message.headers['content-type'] = 'application/x-www-form-urlencoded';
  expect(reserialize(message, { body })).toBeUndefined();
});
