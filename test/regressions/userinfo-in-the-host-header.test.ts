// A user name and password in the target of a request (`GET http://user:secret@host/`) went into the Host header.
import { expect, test } from 'vitest';
import { startNamed } from '../support/live-backend.ts';
import { sendRaw } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';

test.each(['http://user:secret@shop.example/x', 'http://@shop.example/x', 'http://user@shop.example'])(
  '%s is refused',
  async (target) => {
    const backend = await startNamed('a');
    const gateway = await startGateway('node', { backends: [backend.url] });
    const bytes = `GET ${target} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n`;
    const { text } = await sendRaw(gateway.port, bytes);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('\r\nProxy-Cause: request_rejected\r\n');
    expect(backend.requests).toHaveLength(0);
  },
);

test('an @ behind the host is part of the path', async () => {
  const backend = await startNamed('a');
  const gateway = await startGateway('node', { backends: [backend.url] });
  const target = 'http://shop.example/@user?mail=a@b';
  const { text } = await sendRaw(
    gateway.port,
    `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
  );
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
  expect(backend.requests.map(({ url, headers }) => [url, headers.host])).toEqual([
    ['/@user?mail=a@b', 'shop.example'],
  ]);
});
