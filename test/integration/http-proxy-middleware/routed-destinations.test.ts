import type { BackendEvent, BreakerEvent } from 'causeway-proxy';
import type { CompatibleProxyOptions } from 'causeway-proxy/http-proxy-middleware';
import { describe, expect, test } from 'vitest';
import { closedPort, startBackend, startNamed } from '../../support/live-backend.ts';
import { send } from '../../support/live-client.ts';
import { ourMiddleware, serveExpress } from '../../support/live-compatible.ts';
import { expectFailure } from '../../support/live-problem.ts';
import { until } from '../../support/live-measure.ts';

/** Goes where the header says. */
async function startRouting(options: CompatibleProxyOptions = {}) {
  const middleware = ourMiddleware({ router: (request) => String(request.headers['x-to']), ...options });
  const { url } = await serveExpress((app) => app.use(middleware));
  return { ask: (to: string) => send(url, { headers: { 'x-to': to } }), ...middleware };
}

describe('a target that a router names', () => {
  test('has a breaker of its own', async () => {
    const dead = `http://127.0.0.1:${await closedPort()}`;
    const good = await startNamed('good');
    const { ask, gateway } = await startRouting({
      causeway: { breaker: { consecutiveFailures: 1 }, retry: false },
    });
    const events: BreakerEvent[] = [];
    gateway.on('breaker', (event) => events.push(event));
    expectFailure(await ask(dead), 'connection_refused');
    expectFailure(await ask(dead), 'circuit_open');
    expect((await ask(good.url)).body.toString()).toBe('good');
    expect(events).toMatchObject([
      { backend: new URL(dead).host, state: 'open', cause: 'connection_refused' },
    ]);
  });

  test('has places of its own', async () => {
    const silent = await startBackend((request) => void request.resume());
    const good = await startNamed('good');
    const { ask } = await startRouting({ causeway: { limits: { perBackend: 1, queue: 0 } } });
    void ask(silent.url).catch(() => undefined);
    await until('it is taken', () => silent.requests.length === 1);
    expectFailure(await ask(silent.url), 'pool_saturated');
    expect((await ask(good.url)).body.toString()).toBe('good');
  });

  test('keeps its connections from one request to the next', async () => {
    const backend = await startNamed('a');
    const { ask } = await startRouting();
    for (let i = 0; i < 3; i += 1) await ask(backend.url);
    expect(backend.accepted()).toBe(1);
  });

  test('is told apart from one with another path', async () => {
    const backend = await startBackend((request, response) => response.end(request.url));
    const { ask } = await startRouting();
    expect((await ask(`${backend.url}/one`)).body.toString()).toBe('/one');
    expect((await ask(`${backend.url}/two`)).body.toString()).toBe('/two');
  });

  test('is none of the pool, and comes and goes by request', async () => {
    const [usual, other] = [await startNamed('usual'), await startNamed('other')];
    const { ask, gateway } = await startRouting({
      target: usual.url,
      router: (request) => (request.headers['x-to'] === 'usual' ? (undefined as never) : other.url),
    });
    const events: BackendEvent[] = [];
    gateway.on('backend', (event) => events.push(event));
    expect((await ask('usual')).body.toString()).toBe('usual');
    expect((await ask('other')).body.toString()).toBe('other');
    expect(gateway.backends.list().map(({ name }) => name)).toEqual([new URL(usual.url).host]);
    expect(events).toMatchObject([{ change: 'joined', reason: 'by_request' }]);
  });

  test('is not connected to where `destinations` does not allow it', async () => {
    const [allowed, other] = [await startNamed('allowed'), await startNamed('other', { host: '127.0.0.2' })];
    const { ask } = await startRouting({
      causeway: { destinations: { allow: ['127.0.0.1'] }, retry: false },
    });
    expect((await ask(allowed.url)).body.toString()).toBe('allowed');
    expectFailure(await ask(other.url), 'destination_prohibited');
    expect(other.requests).toEqual([]);
  });
});

test.each([{ agent: { addRequest: () => undefined } }, { followRedirects: true }])(
  'what connects by itself is refused beside `destinations`: %o',
  (options) => {
    const make = (): unknown =>
      ourMiddleware({
        target: 'http://a.test',
        ...options,
        causeway: { destinations: {} },
      } as CompatibleProxyOptions);
    expect(make).toThrow(/destinations cannot be kept to with/);
  },
);
