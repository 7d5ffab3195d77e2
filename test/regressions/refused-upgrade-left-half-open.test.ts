// The connection of a refused upgrade stayed half open for as long as its client kept its own half.
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { closedPort } from '../support/live-backend.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { until } from '../support/live-measure.ts';

test.each(ADAPTERS)('it is closed once the answer is out, %s', async (adapter) => {
  const gateway = await startGateway(adapter, { backends: [`http://127.0.0.1:${await closedPort()}`] });
  const client = connect({ host: '127.0.0.1', port: gateway.port, allowHalfOpen: true });
  onTestFinished(() => void client.destroy());
  let text = '';
  client.on('error', () => undefined).on('data', (chunk: Buffer) => (text += chunk.toString()));
  client.write('GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await once(client, 'end');
  expect(text).toMatch(/^HTTP\/1\.1 502 [^]*\r\n\r\n\{[^]*\}\n?$/);
  await until('the gateway let go of it', () => gateway.sockets.size === 0, 1_000);
  expect(client.writable).toBe(true);
});
