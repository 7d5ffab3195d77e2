// `*.` on the allow list was taken for `*`, every host; and a number in hexadecimal for a host, which never fits.
import { expect, test } from 'vitest';
import { settleDestinations } from '../../src/options/destinations.ts';

test.each(['*.', '0x7f000001', '127.0x1', '10.0.0.', '.'])('%j is refused', (entry) => {
  expect(() => settleDestinations({ allow: [entry] })).toThrow('destinations.allow[0] must be');
});

test.each(['api.internal.', '*.internal.', '0x.internal', '*'])('%j is a host', (entry) => {
  expect(() => settleDestinations({ allow: [entry] })).not.toThrow();
});
