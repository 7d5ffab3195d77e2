import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Resolver } from 'node:dns';
import { type Answer, decode, encode, type Packet, type SrvData } from 'dns-packet';
import { onTestFinished } from 'vitest';

/** Codes of RFC 1035 section 4.1.1, in the low bits of the flags. */
const RCODES = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;
const RESPONSE_FLAGS = 0x8580;

export interface Zone {
  readonly ttl?: number;
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
  readonly SRV?: readonly SrvData[];
}

/** What is said of a name: its records, a code, or nothing at all. */
export type Saying = Zone | keyof typeof RCODES | 'silence';

export interface LiveDns {
  /** Asks this server, and no other. */
  readonly resolver: Resolver;
  /** Questions, such as `A api.test`, in the order in which they came. */
  readonly questions: string[];
  /** From now on, about this name. Names that were never told of do not exist. */
  say(name: string, saying: Saying): void;
}

/** A name server on a port of its own, whose answers the test changes as it goes. */
export async function startDns(zones: Readonly<Record<string, Saying>> = {}): Promise<LiveDns> {
  const said = new Map(Object.entries(zones));
  const questions: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message, peer) => {
    const query = decode(message);
    for (const { type, name } of query.questions ?? []) questions.push(`${type} ${name}`);
    const response = answer(query, said);
    if (response) socket.send(encode(response), peer.port, peer.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const resolver = new Resolver({ timeout: 200, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  onTestFinished(() => {
    resolver.cancel();
    socket.close();
  });
  return { resolver, questions, say: (name, saying) => void said.set(name, saying) };
}

function answer(query: Packet, said: ReadonlyMap<string, Saying>): Packet | undefined {
  const [question] = query.questions ?? [];
  const saying = said.get(question?.name ?? '') ?? 'NXDOMAIN';
  if (!question || saying === 'silence') return undefined;
  const isCode = typeof saying === 'string';
  return {
    type: 'response',
    id: query.id ?? 0,
    flags: RESPONSE_FLAGS | RCODES[isCode ? saying : 'NOERROR'],
    questions: [question],
    answers: isCode ? [] : recordsOf(question.name, question.type, saying),
  };
}

function recordsOf(name: string, type: string, zone: Zone): Answer[] {
  const { ttl = 1 } = zone;
  switch (type) {
    case 'A':
    case 'AAAA':
      return (zone[type] ?? []).map((data) => ({ type, name, ttl, data }));
    case 'SRV':
      return (zone.SRV ?? []).map((data) => ({ type, name, ttl, data }));
    default:
      return [];
  }
}
