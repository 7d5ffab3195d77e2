import { expect, test } from 'vitest';
import { startBackend } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';

test.each(['x a', 'x\ta', 'caf\xe9', '%20'])(
  'a cookie for the path /base/%j is mapped, not taken for a mistake of the map',
  async (rest) => {
    const backend = await startBackend((_request, response) => {
      response.setHeader('Set-Cookie', `a=b; Path=/base/${rest}`).end();
    });
    const gateway = await startGateway('node', {
      backends: [backend.url],
      rewrite: { cookies: { path: { '/base': '/' } } },
    });
    const { status, headers } = await send(gateway.url);
    expect([status, headers['set-cookie']]).toEqual([200, [`a=b; Path=/${rest}`]]);
  },
);
