// A parsed body with a cycle or a BigInt in it threw on being written anew, and ended the process.
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { reserialize } from '../../src/adapters/consumed-body.ts';

const cycle: { self?: unknown } = {};
cycle.self = cycle;
const angry = {
  toJSON: (): never => {
    throw new Error('no');
  },
};

test.each([
  ['a cycle', cycle],
  ['a BigInt', { id: 1n }],
  ['a toJSON that throws', angry],
])('%s cannot be written, and does not throw', (_what, body) => {
  const message = new IncomingMessage(new Socket());
  message.headers['content-type'] = 'application/json';
  expect(reserialize(message, { body })).toBeUndefined();
});
