import type { FaultDefinitions, Place } from '../definition.ts';
import { type Reply, startNameServer } from '../name-server.ts';
import type { Scene } from '../scene.ts';

const SOON = { timeouts: { connectMs: 200 } } as const;

/** Result codes of RFC 1035 section 4.1.1. */
const FORMAT_ERROR = 1;
const SERVER_FAILURE = 2;
const NAME_ERROR = 3;
const NOT_IMPLEMENTED = 4;
const REFUSED = 5;

export const dnsFaults = {
  dns_not_found: {
    description: "The name server answers NXDOMAIN: there is no such name as the backend's.",
    start: answering({ code: NAME_ERROR }),
  },
  'dns_not_found/no_address': {
    description: 'The name server knows the name, but no address for it (NOERROR, without answers).',
    start: answering({ code: 0 }),
  },
  dns_failed: {
    description: 'The name server answers SERVFAIL.',
    start: answering({ code: SERVER_FAILURE }),
  },
  'dns_failed/refused': {
    description: 'The name server answers REFUSED.',
    start: answering({ code: REFUSED }),
  },
  'dns_failed/format_error': {
    description: 'The name server answers FORMERR.',
    start: answering({ code: FORMAT_ERROR }),
  },
  'dns_failed/not_implemented': {
    description: 'The name server answers NOTIMP.',
    start: answering({ code: NOT_IMPLEMENTED }),
  },
  'dns_failed/unreachable': {
    description: 'No name server listens where the resolver asks.',
    start: (scene) => startNameServer(scene, 'closed'),
  },
  dns_timeout: {
    description: 'The name server does not answer.',
    options: SOON,
    start: (scene) => startNameServer(scene, 'silent'),
  },
  'dns_timeout/resolver_gives_up': {
    description:
      "The name server does not answer, and the resolver's own limit is shorter than the gateway's.",
    start: (scene) => startNameServer(scene, 'silent', { timeout: 100, tries: 1 }),
  },
} as const satisfies FaultDefinitions;

function answering(reply: Reply): (scene: Scene) => Promise<Place> {
  return (scene) => startNameServer(scene, reply);
}
