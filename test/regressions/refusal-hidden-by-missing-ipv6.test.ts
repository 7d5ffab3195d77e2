// On a machine without IPv6, a refused connection was reported as a host that cannot be reached.
import { expect, test } from 'vitest';
import { classify } from '../../src/failure/classify.ts';

const unable = (code: string): Error => Object.assign(new Error(code), { code, syscall: 'connect' });

function causeOf(...codes: readonly string[]): string {
  const error = Object.assign(new AggregateError(codes.map(unable)), { code: codes[0] });
  return classify({ phase: 'connect', error, timedOut: false, reused: false, bytesRead: 0 }).cause;
}

test.each(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'])(
  '%s over IPv6, refused over IPv4: refused',
  (code) => {
    expect(causeOf(code, 'ECONNREFUSED')).toBe('connection_refused');
    expect(causeOf('ECONNREFUSED', code)).toBe('connection_refused');
  },
);

test('unreachable over both is unreachable', () => {
  expect(causeOf('ENETUNREACH', 'ENETUNREACH')).toBe('host_unreachable');
});
