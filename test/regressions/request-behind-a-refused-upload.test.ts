// A request that was refused while its body was still coming was answered with `Connection: close`; but what came
// behind that body was forwarded all the same.
import { expect, test } from 'vitest';
import { sendRaw } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { startRecorder } from '../support/live-recorder.ts';

test.each(ADAPTERS)('%s: it is ignored', async (adapter) => {
  const backend = await startRecorder();
  const gateway = await startGateway(adapter, { backends: [backend.url] });
  const refused = 'POST / HTTP/1.1\r\nHost: a b\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n';
  const behind = 'GET /behind HTTP/1.1\r\nHost: a\r\n\r\n';
  const { text } = await sendRaw(gateway.port, refused + behind);
  expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 400']);
  expect(backend.requests).toEqual([]);
});
