// A request with a body had no deadline as long as its connection was being made: nobody reads the body yet.
import { startFaultyBackend } from 'causeway-proxy/testing';
import { expect, onTestFinished, test } from 'vitest';
import { open, responseOf } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';

test.each(['deadline_exceeded/connecting', 'deadline_exceeded/handshake'] as const)('%s', async (fault) => {
  const faulty = await startFaultyBackend(fault);
  onTestFinished(() => faulty.close());
  const gateway = await startGateway('node', { ...faulty.options, retry: false });
  const request = open(gateway.url, { method: 'POST', headers: { 'content-length': 9 } });
  request.write('some of i');
  const { headers } = await responseOf(request);
  expect(headers['proxy-cause']).toBe('deadline_exceeded');
});
