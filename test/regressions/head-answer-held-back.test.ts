// The answer to a HEAD whose body had not come yet was held back until the wait for that body was over.
import { createRequestListener } from 'causeway-proxy/node';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { makeGateway, serve } from '../support/live-gateway.ts';

test('it goes out at once', async () => {
  const { gateway } = makeGateway({ backends: ['http://127.0.0.1:1'], retry: false });
  const { url } = await serve(createRequestListener(gateway));
  const client = connect(Number(new URL(url).port), '127.0.0.1');
  const startedAt = performance.now();
  client.write('HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n');
  const [head] = (await once(client, 'data')) as [Buffer];
  expect(String(head)).toMatch(/^HTTP\/1\.1 502 /);
  expect(performance.now() - startedAt).toBeLessThan(400);
  client.destroy();
});
