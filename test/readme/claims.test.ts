import { readFileSync } from 'node:fs';
import { createGateway, type GatewayEvents } from 'causeway-proxy';
import { describe, expect, test } from 'vitest';
import { type Sent, send, sendRaw } from '../support/live-client.ts';
import { type LiveGateway, startGateway } from '../support/live-gateway.ts';
import { problemOf } from '../support/live-problem.ts';
import { SLUGGISH, startSluggish, teach } from '../support/live-sluggish.ts';
import { deadUrl, startEcho } from './support/backends.ts';
import { codeIn, PROSE, tableOf } from './support/readme.ts';

/** The cell in the row that begins with this code. */
function cellOf(table: string, key: string, column: string): string {
  const row = tableOf(table).find((one) => one.get(table) === `\`${key}\``);
  return row?.get(column) ?? '';
}

describe('events have the members listed', () => {
  const documented = (name: keyof GatewayEvents): string[] =>
    codeIn(cellOf('Event', name, 'Members').replace(/\([^)]*\)/g, ''));

  test.each(['exchange', 'attempt', 'retry', 'backend', 'breaker', 'discovery'] as const)(
    '%s',
    async (name) => {
      const dead = await deadUrl();
      const { gateway, url } = await startGateway('node', {
        backends: [dead, { url: 'http://api.test', discover: 'dns' }],
        resolver: { resolve4: () => Promise.resolve([]), resolve6: () => Promise.resolve([]) },
        breaker: { consecutiveFailures: 1 },
      });
      const event = new Promise<object>((resolve) => void gateway.on(name, resolve));
      await send(url);
      expect(Object.keys(await event)).toEqual(documented(name));
    },
  );

  test('limit', async () => {
    const backends = await Promise.all([startSluggish(), startSluggish()]);
    const { gateway, url } = await startGateway('node', { backends: backends.map((backend) => backend.url) });
    await teach(url, 1_000);
    const event = new Promise<object>((resolve) => void gateway.on('limit', resolve));
    const [route] = gateway.routeLimits();
    await send(url, { headers: { [SLUGGISH]: String(2 * (route?.limitMs ?? NaN)) } });
    expect(Object.keys(await event)).toEqual(documented('limit'));
  });

  test('there are no others', () => {
    expect(tableOf('Event').map((row) => row.get('Event'))).toEqual(
      ['exchange', 'attempt', 'retry', 'limit', 'backend', 'breaker', 'discovery'].map(
        (name) => `\`${name}\``,
      ),
    );
  });
});

describe('disclosure tiers show what the table says', () => {
  const members = (tier: string): string[] => codeIn(cellOf('Tier', tier, 'Body'));
  const withCircuitOpen = ['underlying', 'backends', 'circuit_open'];

  async function failures(disclose: 'public' | 'trusted' | 'hidden'): Promise<{ dead: Sent; open: Sent }> {
    const gateway = await startGateway('node', {
      backends: [await deadUrl()],
      errors: { disclose },
      breaker: { consecutiveFailures: 3, openMs: 30_000 },
    });
    return { dead: await send(gateway.url), open: await send(gateway.url) };
  }

  test.each(['public', 'hidden'] as const)('%s', async (tier) => {
    const { dead, open } = await failures(tier);
    expect(Object.keys(problemOf(dead))).toEqual(
      members(tier).filter((name) => !withCircuitOpen.includes(name)),
    );
    expect(Object.keys(problemOf(open))).toEqual(members(tier).filter((name) => name !== 'circuit_open'));
    expect('proxy-attempts' in dead.headers).toBe(tier === 'public');
    expect('server-timing' in dead.headers).toBe(false);
  });

  test('trusted', async () => {
    const { dead, open } = await failures('trusted');
    const all = [...members('public'), ...members('trusted')];
    expect(Object.keys(problemOf(dead))).toEqual(all.filter((name) => !withCircuitOpen.includes(name)));
    expect(Object.keys(problemOf(open)).sort()).toEqual(all.filter((name) => name !== 'circuit_open').sort());
    expect(dead.headers['server-timing']).toBeDefined();
    expect(dead.headers['proxy-status']).toContain('next-hop=');
  });
});

test('the layers are in the order of gateway.ts', () => {
  const source = readFileSync(new URL('../../src/gateway.ts', import.meta.url), 'utf8');
  const assembled = /#assemble\(\): [\s\S]*?\n {2}}\n/.exec(source)?.[0] ?? '';
  const made = [...assembled.matchAll(/^ {8}(\w+)\(/gm)].map((match) => match[1]);
  const told = [...PROSE.matchAll(/^\d+\. \*\*(\w+)\*\*/gm)].map((match) => match[1]);
  const events = ['observeExchanges', 'observeAttempts'];
  expect(told).toEqual(['observe', ...made.filter((name) => !events.includes(name ?? '')), 'forwarder']);
  expect(made[0]).toBe('observeExchanges');
});

describe('limits of this version', () => {
  async function overEcho(): Promise<LiveGateway> {
    return startGateway('node', { backends: [(await startEcho()).url] });
  }

  test('without a listener, an upgrade is forwarded as a plain request', async () => {
    const { url, server } = await overEcho();
    server.removeAllListeners('upgrade');
    const sent = await send(`${url}/chat`, { headers: { connection: 'Upgrade', upgrade: 'websocket' } });
    expect(sent.body.toString()).toBe('GET /chat');
  });

  test('OPTIONS * is answered here', async () => {
    const { port } = await overEcho();
    const request = 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
    expect((await sendRaw(port, request)).text).toMatch(/^HTTP\/1\.1 204 No Content\r\n/);
  });

  test('request trailers are dropped', async () => {
    const backend = await startEcho();
    const { port } = await startGateway('node', { backends: [backend.url] });
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { text } = await sendRaw(port, `${head}1\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n`);
    expect(text).toContain('POST / x');
    expect(backend.requests[0]?.complete).toBe(true);
    expect(backend.requests[0]?.trailers).toEqual({});
  });

  test('IPv6 zone ids are refused', () => {
    const [, address = ''] = /`(http:\/\/\[fe80[^`]+)`/.exec(PROSE) ?? [];
    expect(() => createGateway({ backends: [address] })).toThrow(/IPv6 zone id/);
  });

  test('HTTP_PROXY is ignored', async () => {
    const before = process.env['HTTP_PROXY'];
    process.env['HTTP_PROXY'] = await deadUrl();
    try {
      const { url } = await overEcho();
      expect((await send(`${url}/x`)).body.toString()).toBe('GET /x');
    } finally {
      if (before === undefined) delete process.env['HTTP_PROXY'];
      else process.env['HTTP_PROXY'] = before;
    }
  });

  test('after close(), requests are refused with no_healthy_backend', async () => {
    const { url, gateway } = await overEcho();
    await gateway.close();
    expect((await send(url)).headers['proxy-cause']).toBe('no_healthy_backend');
  });
});

test.each([false, true])('who the client is: believed only where the peer is trusted (%s)', async (trust) => {
  const backend = await startEcho();
  const { url } = await startGateway('node', { backends: [backend.url], headers: { trust } });
  const faked = ['forwarded', 'x-real-ip', 'x-forwarded-port', 'x-forwarded-for', 'x-forwarded-host'];
  const sent = { ...Object.fromEntries(faked.map((name) => [name, 'faked'])), 'x-other': 'faked' };
  await send(url, { headers: sent });
  const headers = backend.requests[0]?.headers ?? {};
  const passed = Object.keys(sent).filter((name) => String(headers[name]).startsWith('faked'));
  expect(passed).toEqual(trust ? [...faked, 'x-other'] : ['x-other']);
});
