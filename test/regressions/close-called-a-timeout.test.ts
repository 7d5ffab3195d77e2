// A backend had closed the connection; while it was being found out whether its port expects TLS, the time for the
// response head was up, and a timeout was reported.
import { test } from 'vitest';
import { startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

test('it closed', async () => {
  // Says nothing to the question about TLS.
  const backend = await startRaw((socket, head) => {
    if (head.startsWith('GET ')) socket.destroy();
  });
  const gateway = await startGateway('node', {
    backends: [backend.url],
    retry: false,
    timeouts: { firstByteMs: 60 },
  });
  expectFailure(await send(gateway.url), 'closed_before_response');
});
