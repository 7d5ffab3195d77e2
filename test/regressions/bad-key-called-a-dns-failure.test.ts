// A TLS key that OpenSSL could not read was reported as a failure of DNS, the phase it happened to be in.
import { expect, test } from 'vitest';
import { classify } from '../../src/failure/classify.ts';
import type { ConnectError } from '../../src/forwarders/connect-error.ts';
import { connect } from '../../src/forwarders/connector.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fakeTarget } from '../support/fake-exchange.ts';

test('an unreadable key is a configuration error', () => {
  const tls = { key: 'not a key', cert: 'not a certificate' };
  const target = fakeTarget('a', { protocol: 'https:', tls });
  const errors: (ConnectError | null)[] = [];
  connect(
    { target, limitMs: 1_000, lookup: () => undefined, destinations: undefined, clock: new FakeClock() },
    (error) => errors.push(error),
  );
  const failures = errors.map((error) =>
    classify({
      phase: error?.phase ?? 'select',
      error: error?.cause,
      timedOut: error?.timedOut ?? true,
      reused: false,
      bytesRead: 0,
    }),
  );
  expect(failures).toMatchObject([{ cause: 'configuration_error', reached: 'no' }]);
});
