// Header bytes beyond ASCII were respelled as UTF-8 when the body came later than the head.
import { expect, test } from 'vitest';
import { startRaw } from '../support/live-backend.ts';
import { sendRaw } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';

/** A word in Latin-1, and one in UTF-8. */
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Old: na\xefve\r\nX-Name: \xc3\xa9t\xc3\xa9\r\n\r\n';

test.each(ADAPTERS)('they are passed on as they came, %s', async (adapter) => {
  const backend = await startRaw((socket) => {
    socket.write(HEAD, 'latin1');
    setTimeout(() => socket.write('ok'), 50);
  });
  const gateway = await startGateway(adapter, { backends: [backend.url] });
  const { text } = await sendRaw(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  expect(text).toContain('X-Old: na\xefve\r\n');
  expect(text).toContain('X-Name: \xc3\xa9t\xc3\xa9\r\n');
  expect(text).toMatch(/\r\n\r\nok$/);
});

test('and so is the answer to HEAD while the upload is still coming', async () => {
  const backend = await startRaw((socket) => void socket.write(HEAD, 'latin1'));
  const gateway = await startGateway('node', { backends: [backend.url] });
  const request = 'HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhi';
  const { text } = await sendRaw(gateway.port, request);
  expect(text).toContain('X-Name: \xc3\xa9t\xc3\xa9\r\n');
});
