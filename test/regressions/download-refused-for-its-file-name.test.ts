// A response whose Content-Disposition held bytes beyond ASCII, behind its Content-Length, became a 502 (or,
// in Express, got another file name).
import { expect, test } from 'vitest';
import { startRaw } from '../support/live-backend.ts';
import { sendRaw } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';

const NAMES = { 'Latin-1': 'na\xefve.txt', 'UTF-8': '\xc3\xa9t\xc3\xa9.txt' };

const CASES = ADAPTERS.flatMap((adapter) =>
  Object.entries(NAMES).map(([what, name]) => ({ adapter, what, name })),
);

test.each(CASES)('its name in $what is passed on as it came, $adapter', async ({ adapter, name }) => {
  const line = `Content-Disposition: attachment; filename="${name}"\r\n`;
  const backend = await startRaw((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${line}\r\nok`, 'latin1');
  });
  const gateway = await startGateway(adapter, { backends: [backend.url] });
  const { text } = await sendRaw(gateway.port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  expect(text).toContain(line);
  expect(text).toContain('Content-Length: 2\r\n');
});
