import type { FaultDefinitions } from '../definition.ts';
import { presenting, withCredentials } from '../secure.ts';

/** RFC 5280 section 4.2.1.12: for clients that authenticate themselves. */
const CLIENT_AUTHENTICATION = '1.3.6.1.5.5.7.3.2';

export const certificateFaults = {
  tls_certificate_expired: {
    description: 'The certificate of the backend was valid until yesterday.',
    start: presenting({ validDays: [-2, -1] }),
  },
  'tls_certificate_expired/not_yet_valid': {
    description: 'The certificate of the backend will be valid from tomorrow.',
    start: presenting({ validDays: [1, 2] }),
  },
  tls_certificate_untrusted: {
    description: 'The certificate of the backend is signed by itself.',
    start: withCredentials((make) => make('backend.test')),
  },
  'tls_certificate_untrusted/unknown_authority': {
    description: 'The gateway has not been given the authority that signed the certificate of the backend.',
    start: withCredentials((make) =>
      make('backend.test', { issuer: make('Authority', { isAuthority: true }) }),
    ),
  },
  'tls_certificate_untrusted/unknown_root': {
    description: 'The backend sends an intermediate certificate along, of a root that the gateway has not.',
    start: withCredentials((make) => {
      const root = make('Root', { isAuthority: true });
      const intermediate = make('Intermediate', { isAuthority: true, issuer: root });
      const { cert, key } = make('backend.test', { issuer: intermediate });
      return { key, cert: cert + intermediate.cert };
    }),
  },
  'tls_certificate_untrusted/root_sent_along': {
    description: 'The backend sends its own root along, which the gateway has not.',
    start: withCredentials((make) => {
      const root = make('Root', { isAuthority: true });
      const { cert, key } = make('backend.test', { issuer: root });
      return { key, cert: cert + root.cert };
    }),
  },
  'tls_certificate_untrusted/no_intermediate': {
    description: 'The gateway has the root, but the backend does not send the intermediate certificate.',
    start: withCredentials((make) => {
      const root = make('Root', { isAuthority: true });
      const issuer = make('Intermediate', { isAuthority: true, issuer: root });
      const { cert, key } = make('backend.test', { issuer });
      return { key, cert, ca: root.cert };
    }),
  },
  'tls_certificate_untrusted/bad_signature': {
    description: 'The certificate names an authority that the gateway has, which did not sign it.',
    start: withCredentials((make) => {
      const [known, impostor] = [make('Root', { isAuthority: true }), make('Root', { isAuthority: true })];
      const { cert, key } = make('backend.test', { issuer: impostor });
      return { key, cert, ca: known.cert };
    }),
  },
  'tls_certificate_untrusted/other_purpose': {
    description: 'The certificate of the backend is one for clients.',
    start: presenting({ usages: [CLIENT_AUTHENTICATION] }),
  },
  tls_name_mismatch: {
    description: 'The certificate of the backend is for another host name.',
    start: presenting({ names: ['elsewhere.test'] }),
  },
} as const satisfies FaultDefinitions;
