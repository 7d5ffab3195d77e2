import { createSocket, type RemoteInfo } from 'node:dgram';
import { Resolver, type ResolverOptions } from 'node:dns';
import { once } from 'node:events';
import type { Place } from './definition.ts';
import type { Scene } from './scene.ts';

export interface Reply {
  /** RFC 1035 section 4.1.1. */
  readonly code: number;
  /** IPv4 addresses, for questions about those. */
  readonly addresses?: readonly string[];
}

/** A name of RFC 6761 section 6.2, which exists nowhere else. */
const NAME = 'backend.test';

/**
 * A name server on loopback, and a resolver that asks it. `silent`: it hears and says nothing; `closed`:
 * nobody listens, and nobody else can.
 */
export async function startNameServer(
  scene: Scene,
  reply: Reply | 'silent' | 'closed',
  options: ResolverOptions = {},
  port = 80,
): Promise<Place> {
  const server = createSocket('udp4');
  scene.onClose(() => closed(server));
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const resolver = new Resolver(options);
  resolver.setServers([`127.0.0.1:${server.address().port}`]);
  scene.onClose(() => resolver.cancel());
  server.on('message', (query: Buffer, from: RemoteInfo) => {
    if (typeof reply === 'object') server.send(replyTo(query, reply), from.port, from.address);
  });
  // Connected to somewhere else, a UDP socket takes nothing from anybody: the kernel says so to those who ask.
  if (reply === 'closed') await connected(server);
  return { url: `http://${NAME}:${port}`, resolver };
}

const HEADER_BYTES = 12;
const TYPE_A = 1;

/** Repeats the question, with a result code and without whatever came beside it. */
function replyTo(query: Buffer, { code, addresses = [] }: Reply): Buffer {
  let end = HEADER_BYTES;
  for (let length = query[end] ?? 0; length > 0; length = query[end] ?? 0) end += length + 1;
  const type = query.readUInt16BE(end + 1);
  const answers = type === TYPE_A ? addresses.map(recordOf) : [];
  // The root label, type and class of the question.
  const question = Buffer.from(query.subarray(0, end + 5));
  question.writeUInt16BE(0x8180 | code, 2);
  question.writeUInt16BE(1, 4);
  question.writeUInt16BE(answers.length, 6);
  question.fill(0, 8, HEADER_BYTES);
  return Buffer.concat([question, ...answers]);
}

/** The name of the question, type A, class IN, a second to live, four bytes. */
function recordOf(address: string): Buffer {
  const octets = address.split('.').map(Number);
  return Buffer.from([0xc0, HEADER_BYTES, 0, TYPE_A, 0, 1, 0, 0, 0, 1, 0, 4, ...octets]);
}

function connected(socket: ReturnType<typeof createSocket>): Promise<void> {
  return new Promise((resolve) => {
    socket.connect(9, '127.0.0.1', () => resolve());
  });
}

function closed(socket: ReturnType<typeof createSocket>): Promise<void> {
  return new Promise((resolve) => {
    socket.close(() => resolve());
  });
}
