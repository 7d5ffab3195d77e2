import { createServer } from 'node:net';
import type { GatewayOptions } from 'causeway-proxy';
import { describe, expect, test } from 'vitest';
import { ClientSlot } from '../hostile/client-slot.ts';
import { EXTRA_BYTES, FRAMING, HEADS, INTERIM, type ResponseCase } from '../smuggling/responses.ts';
import { laneOptions } from '../support/cause-lanes.ts';
import { type Adapter, ADAPTERS, startGateway } from '../support/live-gateway.ts';
import { listen } from '../support/live-server.ts';

const FAMILIES: Readonly<Record<string, readonly ResponseCase[]>> = {
  heads: HEADS,
  framing: FRAMING,
  'extra bytes': EXTRA_BYTES,
  interim: INTERIM,
};

const SECOND = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond';

/** Answers /1 with these bytes, and everything else as it should. Knows which connection got which request. */
async function startBackend({ sent, closes }: ResponseCase) {
  const targets: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    const connection = ++connections;
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const target = /^\S+ (\S+) /.exec(text)?.[1] ?? text;
        text = text.slice(end + 4);
        targets.push(`${target} on ${connection}`);
        if (target !== '/1') socket.write(SECOND, 'latin1');
        else if (closes) socket.end(sent, 'latin1');
        else socket.write(sent, 'latin1');
      }
    });
  });
  const { port } = await listen(server);
  return { url: `http://127.0.0.1:${port}`, targets };
}

/** Written by the gateway, by Node or by a framework. */
const OURS = /^(?:via|date|connection|keep-alive|x-powered-by): /i;

/** Heads and body as text, the body without chunks. */
function shown(bytes: Buffer): string {
  let rest = bytes.toString('latin1');
  let text = '';
  for (let status = '100'; status.startsWith('1');) {
    const end = rest.indexOf('\r\n\r\n');
    const lines = rest.slice(0, end).split('\r\n');
    status = /^HTTP\/1\.1 (\d{3}) /.exec(lines[0] ?? '')?.[1] ?? 'none';
    rest = rest.slice(end + 4);
    text += [...lines.filter((line) => !OURS.test(line)), '', ''].join('\n');
  }
  return text + (text.includes('\nTransfer-Encoding: chunked\n') ? withoutChunks(rest) : rest);
}

function withoutChunks(text: string): string {
  const [, digits = '0'] = /^([0-9a-f]+)\r\n/i.exec(text) ?? [];
  const size = parseInt(digits, 16);
  const data = text.slice(digits.length + 2);
  if (size > 0) return data.slice(0, size) + withoutChunks(data.slice(size + 2));
  const trailers = data.replace(/\r\n$/, '').trimEnd();
  return trailers === '' ? '' : `\n${trailers.replaceAll('\r\n', '\n')}`;
}

/** One case; and then a second request, which must get its own response. */
async function play(one: ResponseCase, adapter: Adapter, lane: Partial<GatewayOptions> = {}): Promise<void> {
  const backend = await startBackend(one);
  const gateway = await startGateway(adapter, { ...lane, backends: [backend.url], retry: false });
  const client = new ClientSlot(gateway.port, '1.1');
  const first = await client.send(one.method, '/1', 'first');
  const second = await client.send('GET', '/2', 'second');
  client.close();
  if ('text' in one.gets) expect([shown(first.bytes), first.end]).toEqual([one.gets.text, 'kept']);
  else expect(first.bytes.toString()).toContain(`\r\nProxy-Cause: ${one.gets.cause}\r\n`);
  expect(shown(second.bytes)).toBe('HTTP/1.1 200 OK\nContent-Length: 6\n\nsecond');
  expect(backend.targets).toEqual(['/1 on 1', `/2 on ${one.kept ? 1 : 2}`]);
}

/** That lane keeps connections after HEAD. */
const ON_ANY_LANE = [...EXTRA_BYTES, ...INTERIM.filter(({ method }) => method === 'GET')];

describe('what comes before and behind a response, on the other lane', () => {
  test.each(ON_ANY_LANE.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
    await play(one, 'node', laneOptions('http-proxy-middleware'));
  });
});

describe.each(ADAPTERS)('what a backend answers, byte for byte, %s', (adapter) => {
  describe.each(Object.entries(FAMILIES))('%s', (_family, cases) => {
    test.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
      await play(one, adapter);
    });
  });
});
