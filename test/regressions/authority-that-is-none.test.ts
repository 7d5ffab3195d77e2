// The name of a file as `tls.ca`, in place of its contents, was accepted: Node passes over it, and nobody was trusted.
import { expect, test } from 'vitest';
import { tlsMaterial } from '../../src/forwarders/tls-material.ts';
import { settleSources } from '../../src/options/sources.ts';
import { makeCertificate } from '../../src/testing/certificates.ts';
import { fakeTarget } from '../support/fake-exchange.ts';

const { cert } = makeCertificate('A', { isAuthority: true });
const BROKEN = cert.replace(/\n.{20}/, '\n');

test.each(['ca.pem', '', [], Buffer.from('ca.pem'), [cert, '/etc/ca.pem'], BROKEN])('%j is refused', (ca) => {
  const sources = [{ url: 'https://a', tls: { ca } }];
  expect(() => settleSources(sources)).toThrow(
    /^backends\[0\]\.tls must .*: ca holds no certificate in PEM$/,
  );
  const target = fakeTarget('a', { tls: () => ({ ca }) });
  expect(() => tlsMaterial(target)).toThrow('backends[].tls');
});

test.each([cert, Buffer.from(cert), [cert, cert], [cert, '\n'], `Bag Attributes\n${cert}`])(
  'authorities are accepted (%#)',
  (ca) => {
    expect(() => settleSources([{ url: 'https://a', tls: { ca } }])).not.toThrow();
    expect(tlsMaterial(fakeTarget('a', { tls: () => ({ ca }) })).tls).toEqual({ ca });
  },
);
