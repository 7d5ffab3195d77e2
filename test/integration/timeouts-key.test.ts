import { expect, test } from 'vitest';
import { startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

test.each(ADAPTERS)(
  'a timeouts.key that throws or returns no text is named, and frees its place, %s',
  async (adapter) => {
    const backend = await startNamed('backend');
    const key = ({ path }: { path: string }): string => {
      if (path === '/throws') throw new Error('oops');
      return (path === '/number' ? 7 : path) as string;
    };
    const options = { backends: [backend.url], timeouts: { key }, limits: { perBackend: 1, queue: 0 } };
    const gateway = await startGateway(adapter, options, { expectErrors: true });
    for (const path of ['/throws', '/number']) {
      expectFailure(await send(`${gateway.url}${path}`), 'configuration_error');
      expect((await send(`${gateway.url}/fine`)).body.toString()).toBe('backend');
    }
    expect(gateway.logs).toHaveLength(2);
    expect(JSON.stringify(gateway.logs)).toContain('a configured function threw');
    expect(backend.requests.map(({ url }) => url)).toEqual(['/fine', '/fine']);
    expect(gateway.gateway.routeLimits()).toMatchObject([
      { route: '/fine', source: 'configured', samples: 2 },
    ]);
  },
);
