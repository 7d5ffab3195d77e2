// A hook that was an async function was a yes to everything, to trust for one, and ended the process on rejecting.
import type { GatewayOptions } from 'causeway-proxy';
import { expect, onTestFinished, test } from 'vitest';
import { closedPort, startBackend, startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { flush } from '../support/fake-clock.ts';
import { startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

/** What plain JavaScript can do: the types do not allow it. */
function asHook<Hook>(hook: (...given: never[]) => Promise<unknown>): Hook {
  return hook as unknown as Hook;
}

type Errors = NonNullable<GatewayOptions['errors']>;
type Trust = NonNullable<NonNullable<GatewayOptions['headers']>['trust']>;
type When = NonNullable<Exclude<GatewayOptions['retry'], false | undefined>['when']>;

const says = (value: unknown) => () => Promise.resolve(value);
const rejects = () => Promise.reject(new Error('oops'));

function unhandled(): unknown[] {
  const seen: unknown[] = [];
  const listener = (error: unknown): void => void seen.push(error);
  process.on('unhandledRejection', listener);
  onTestFinished(() => void process.off('unhandledRejection', listener));
  return seen;
}

test.each([
  ['says no', says(false)],
  ['says yes', says(true)],
  ['rejects', rejects],
])('headers.trust that %s', async (_what, hook) => {
  const seen = unhandled();
  const backend = await startNamed('a');
  const headers = { trust: asHook<Trust>(hook) };
  const gateway = await startGateway('node', { backends: [backend.url], headers }, { expectErrors: true });
  const sent = await send(gateway.url, { headers: { 'x-forwarded-for': '6.6.6.6' } });
  expectFailure(sent, 'configuration_error');
  await flush();
  expect([backend.requests.length, seen]).toEqual([0, []]);
  expect(gateway.logs).toMatchObject([{ level: 'error', details: { cause: 'configuration_error' } }]);
});

test('headers.trust that says something other than true trusts nobody', async () => {
  const backend = await startNamed('a');
  const trust = (() => 'no') as unknown as Trust;
  const gateway = await startGateway('node', { backends: [backend.url], headers: { trust } });
  await send(gateway.url, { headers: { 'x-forwarded-for': '6.6.6.6' } });
  expect(backend.requests.map(({ headers }) => headers['x-forwarded-for'])).toEqual(['127.0.0.1']);
});

test.each<[string, Errors]>([
  ['disclose that says trusted', { disclose: asHook(says('trusted')) }],
  ['disclose that rejects', { disclose: asHook(rejects) }],
  ['status that rejects', { status: asHook(rejects) }],
  ['render that rejects', { render: asHook(rejects) }],
])('errors.%s', async (_what, errors) => {
  const seen = unhandled();
  const backends = [`http://127.0.0.1:${await closedPort()}`];
  const gateway = await startGateway('node', { backends, errors }, { expectErrors: true });
  const sent = await send(gateway.url);
  expect(expectFailure(sent, 'configuration_error')).not.toHaveProperty('attempts');
  await flush();
  expect(seen).toEqual([]);
});

test.each([
  ['says yes', says(true)],
  ['rejects', rejects],
])('retry.when that %s', async (_what, hook) => {
  const seen = unhandled();
  const broken = () => startBackend((request) => void request.socket.destroy());
  const backends = [await broken(), await broken()];
  const options = { backends: backends.map(({ url }) => url), retry: { when: asHook<When>(hook) } };
  const gateway = await startGateway('node', options, { expectErrors: true });
  expectFailure(await send(gateway.url, { method: 'POST', body: 'x' }), 'configuration_error');
  await flush();
  expect([backends.flatMap(({ requests }) => requests).length, seen]).toEqual([1, []]);
});
