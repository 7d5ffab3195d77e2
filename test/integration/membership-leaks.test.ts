import { expect, test } from 'vitest';
import { closedPort, startNamed } from '../support/live-backend.ts';
import { CountingClock } from '../support/live-clock.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';

/** Well below the time after which idle connections are closed anyway. */
const SOON_MS = 2_000;

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}

function listeners(): unknown[] {
  return process.eventNames().map((name) => [name, process.listenerCount(name)]);
}

test('1,000 backends added, used and removed leave no timer, no socket and no listener', async () => {
  const [stays, comes] = [await startNamed('stays'), await startNamed('comes')];
  const clock = new CountingClock();
  const gateway = await startGateway('node', { backends: [{ url: stays.url, name: 'stays' }], clock });
  const { backends } = gateway.gateway;
  backends.add({ url: comes.url, name: 'warm' });
  for (let i = 0; i < 4; i += 1) await send(gateway.url);
  await backends.remove('warm');
  await until('no connection', () => comes.sockets.size === 0, SOON_MS);
  const before = { sockets: openSockets(), listeners: listeners() };

  for (let i = 0; i < 1_000; i += 1) {
    backends.add({ url: comes.url, name: `b${i}` });
    // A new backend is tried at once, so each has a connection of its own.
    await send(gateway.url);
    await backends.remove(`b${i}`);
  }
  expect(comes.requests.length).toBeGreaterThan(1_000);
  expect(comes.accepted()).toBeGreaterThan(1_000);
  await until('no connection', () => comes.sockets.size === 0, SOON_MS);
  await until('as many sockets as before', () => openSockets() <= before.sockets, SOON_MS);
  await until('no timer', () => clock.pending === 0, SOON_MS);
  expect(listeners()).toEqual(before.listeners);
  expect(backends.list().map(({ name }) => name)).toEqual(['stays']);
  expect((await send(gateway.url)).body.toString()).toBe('stays');
});

test('200 that cannot be reached, and are looked for in the background, are forgotten as well', async () => {
  const dead = `http://127.0.0.1:${await closedPort()}`;
  const clock = new CountingClock();
  const gateway = await startGateway('node', {
    backends: [{ url: (await startNamed('x')).url, name: 'stays' }],
    breaker: { consecutiveFailures: 1 },
    clock,
  });
  const { backends } = gateway.gateway;
  for (let i = 0; i < 4; i += 1) await send(gateway.url);
  const before = openSockets();
  for (let i = 0; i < 200; i += 1) backends.add({ url: dead, name: `b${i}` });
  const open = (): number => backends.list().filter(({ state }) => state === 'open').length;
  while (open() < 200) await send(gateway.url);
  await Promise.all(Array.from({ length: 200 }, (_, i) => backends.remove(`b${i}`, { graceMs: Infinity })));
  expect(backends.list()).toHaveLength(1);
  // The timer of the next look is not taken back: it finds nobody to look for.
  await until('no timer', () => clock.pending === 0, SOON_MS);
  await until('as many sockets as before', () => openSockets() <= before, SOON_MS);
});
