// A request that was refused while its body was still coming was answered with `Connection: close`; but what came
// behind that body was forwarded all the same.
import { describe, expect, test } from 'vitest';
import { sendRaw } from '../support/live-client.ts';
import { ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { startRecorder } from '../support/live-recorder.ts';
import { requestFor } from '../support/live-upgrade.ts';

const BEHIND = { request: 'GET /behind HTTP/1.1\r\nHost: a\r\n\r\n', upgrade: requestFor('chat/1') };

describe.each(ADAPTERS)('%s', (adapter) => {
  test.each(Object.entries(BEHIND))('it is ignored: %s', async (_what, behind) => {
    const backend = await startRecorder();
    const gateway = await startGateway(adapter, { backends: [backend.url] });
    const refused = 'POST / HTTP/1.1\r\nHost: a b\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n';
    const { text } = await sendRaw(gateway.port, refused + behind);
    expect(text.match(/HTTP\/1\.1 \d{3}/g)).toEqual(['HTTP/1.1 400']);
    expect(backend.requests).toEqual([]);
  });
});
