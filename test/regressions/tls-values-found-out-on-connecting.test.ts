// Values in `tls` that could never work were accepted, and then failed every connection.
import { expect, test } from 'vitest';
import { settleSources } from '../../src/options/sources.ts';

test.each([
  { servername: 5 },
  { servername: '' },
  { minVersion: 'TLSv1.1' },
  { ca: 7 },
  { cert: 'not a certificate' },
  { key: 'not a key' },
])('%o is refused at once, by its place', (tls) => {
  expect(() => settleSources([{ url: 'https://a', tls }])).toThrow(
    /^backends\[0\]\.tls(\.servername|\.minVersion)? must /,
  );
});
