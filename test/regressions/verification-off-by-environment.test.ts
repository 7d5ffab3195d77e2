// NODE_TLS_REJECT_UNAUTHORIZED=0 switched off the verification of backends' certificates.
import { expect, onTestFinished, test } from 'vitest';
import { startFaultyBackend } from 'causeway-proxy/testing';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

const NAME = 'NODE_TLS_REJECT_UNAUTHORIZED';

test('a certificate that nobody vouches for is refused, whatever the environment says', async () => {
  const before = process.env[NAME];
  process.env[NAME] = '0';
  onTestFinished(() => {
    if (before === undefined) delete process.env[NAME];
    else process.env[NAME] = before;
  });
  const backend = await startFaultyBackend('tls_certificate_untrusted');
  onTestFinished(() => backend.close());
  const gateway = await startGateway('node', backend.options);
  expectFailure(await send(gateway.url), 'tls_certificate_untrusted');
  expect(backend.requests).toEqual([]);
});
