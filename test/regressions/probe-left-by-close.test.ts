// A connection that was being made to see whether a backend is back outlived close(), and kept the process alive.
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { DirectForwarder } from '../../src/forwarders/direct.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeTarget } from '../support/fake-exchange.ts';
import { until } from '../support/live-measure.ts';
import { listen } from '../support/live-server.ts';

test('it is given up', async () => {
  const silent = await listen(createServer((socket) => socket.on('error', () => undefined).resume()));
  const clock = new FakeClock();
  const forwarder = new DirectForwarder({ clock, name: 'causeway', connectMs: 60_000 });
  const target = fakeTarget('a', { protocol: 'https:', hostname: '127.0.0.1', port: silent.port });
  const reachable = forwarder.probe(target);
  await until('the connection is being made', () => silent.sockets.size === 1);
  await forwarder.destroy();
  await until('it is gone', () => silent.sockets.size === 0, 1_000);
  expect([await reachable, clock.pending]).toEqual([false, 0]);
});

test('one that is over needs nothing more', async () => {
  const open = await listen(createServer((socket) => socket.on('error', () => undefined).resume()));
  const forwarder = new DirectForwarder({ clock: new FakeClock(), name: 'causeway', connectMs: 60_000 });
  expect(await forwarder.probe(fakeTarget('a', { hostname: '127.0.0.1', port: open.port }))).toBe(true);
  await forwarder.destroy();
});
