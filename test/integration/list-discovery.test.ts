import { PassThrough } from 'node:stream';
import type { BackendLists, GatewayOptions } from 'causeway-proxy';
import { expect, test } from 'vitest';
import { startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';
import { expectFailure } from '../support/live-problem.ts';

/** Lists that the test gives, one by one. */
class Lists {
  readonly #stream = new PassThrough({ objectMode: true });
  readonly lists: BackendLists = this.#stream;

  give(...list: readonly unknown[]): void {
    this.#stream.write(list);
  }

  end(error?: Error): void {
    if (error) this.#stream.destroy(error);
    else this.#stream.end();
  }

  get isReturned(): boolean {
    return this.#stream.destroyed;
  }
}

async function start(lists: Lists, options: Partial<GatewayOptions> = {}, expectErrors = false) {
  return startGateway('node', { backends: lists.lists, ...options }, { expectErrors });
}

test('each list takes the place of the one before, while requests go on', async () => {
  const [a, b] = [await startNamed('a'), await startNamed('b')];
  const lists = new Lists();
  const gateway = await start(lists);
  const first = send(gateway.url);
  lists.give(a.url);
  expect((await first).body.toString()).toBe('a');
  lists.give({ url: b.url, name: 'b' });
  await until('b', () => gateway.gateway.backends.list().some(({ name }) => name === 'b'));
  expect((await send(gateway.url)).body.toString()).toBe('b');
  await until('a is gone', () => gateway.gateway.backends.list().length === 1);
  lists.give();
  await until('nobody', () => gateway.gateway.backends.list().length === 0);
  expectFailure(await send(gateway.url), 'no_healthy_backend');
});

test('beside backends of the options, whose names it may not take', async () => {
  const [a, b] = [await startNamed('a'), await startNamed('b')];
  const lists = new Lists();
  const gateway = await startGateway(
    'node',
    { backends: [{ url: a.url, name: 'a' }, lists.lists] },
    { expectErrors: true },
  );
  expect((await send(gateway.url)).body.toString()).toBe('a');
  lists.give({ url: b.url, name: 'a' });
  await until('a complaint', () => gateway.logs.length > 0);
  expect(gateway.logs[0]).toMatchObject({
    level: 'error',
    details: { source: 'backends[1]', why: 'invalid' },
  });
  lists.give({ url: b.url, name: 'b' });
  await until('two', () => gateway.gateway.backends.list().length === 2);
});

test.each<[string, (lists: Lists) => void, object]>([
  ['it ends', (lists) => lists.end(), { level: 'warn', details: { why: 'ended' } }],
  [
    'it throws',
    (lists) => lists.end(new Error('consul is gone')),
    { level: 'error', details: { why: 'threw', err: { message: 'consul is gone' } } },
  ],
  [
    'a list is wrong',
    (lists) => lists.give('htp://a'),
    {
      level: 'error',
      details: {
        why: 'invalid',
        err: { message: expect.stringContaining('a list of backends: [0] must be') },
      },
    },
  ],
])('%s: that is logged, and the last list stays', async (_what, happen, logged) => {
  const a = await startNamed('a');
  const lists = new Lists();
  const gateway = await start(lists, {}, true);
  const first = send(gateway.url);
  lists.give(a.url);
  expect((await first).status).toBe(200);
  happen(lists);
  await until('a line in the log', () => gateway.logs.length > 0);
  expect(gateway.logs).toMatchObject([logged]);
  expect((await send(gateway.url)).status).toBe(200);
});

test('one that ends without a list: no backend is configured', async () => {
  const lists = new Lists();
  const gateway = await start(lists, { discovery: { waitMs: 50 } });
  lists.end();
  const problem = expectFailure(await send(gateway.url), 'no_backend_configured');
  expect(problem['remedy']).toContain('backends (ended)');
});

test('close() calls return()', async () => {
  const a = await startNamed('a');
  const lists = new Lists();
  const gateway = await start(lists);
  lists.give(a.url);
  expect((await send(gateway.url)).status).toBe(200);
  await gateway.gateway.close();
  await until('the end', () => lists.isReturned);
});
