import { type Duplex, duplexPair } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Ending } from '../../../src/engine/types.ts';
import { failed } from '../../../src/failure/failed.ts';
import { Tunnel } from '../../../src/forwarders/upgrade-tunnel.ts';
import { FakeClock, flush } from '../../support/fake-clock.ts';
import { addAttempt, fakeExchange, type FakeSettings } from '../../support/fake-exchange.ts';
import { collect } from '../../support/fake-stream.ts';

interface Ends {
  readonly near: Duplex;
  readonly far: Duplex;
}

/** A connection of which the test has the far end. */
function connection(): Ends {
  const [near, far] = duplexPair();
  near.on('error', () => undefined);
  far.on('error', () => undefined);
  return { near, far };
}

function fixture(settings: FakeSettings = {}) {
  const clock = new FakeClock();
  const exchange = fakeExchange({ settings });
  const attempt = addAttempt(exchange);
  const [client, backend] = [connection(), connection()];
  const head = { headers: [], protocol: 'chat' };
  const tunnel = new Tunnel(head, backend.near, { exchange, attempt, clock });
  const endings: Ending[] = [];
  tunnel.onEnded((ending) => endings.push(ending));
  return { clock, exchange, attempt, client, backend, tunnel, endings };
}

describe('a tunnel', () => {
  test('passes on what came early, then the rest, both ways', async () => {
    const { client, backend, tunnel } = fixture();
    backend.far.write('first ');
    void tunnel.tunnel(client.near, [Buffer.from('early '), Buffer.from('bird ')]);
    const [atClient, atBackend] = [collect(client.far), collect(backend.far)];
    client.far.write('up');
    backend.far.write('down');
    await flush();
    expect([atClient.text(), atBackend.text()]).toEqual(['first down', 'early bird up']);
  });

  test('counts bytes both ways, and is over once when both ends are', async () => {
    const { client, backend, tunnel, endings, attempt, exchange, clock } = fixture();
    const ended = tunnel.tunnel(client.near, [Buffer.from('12')]);
    collect(client.far);
    collect(backend.far);
    expect([exchange.waiting, attempt.running]).toEqual([tunnel, tunnel]);
    clock.advance(500);
    client.far.end('345');
    await flush();
    expect(endings).toEqual([]);
    backend.far.end('6');
    expect(await ended).toEqual({ verdict: { kind: 'success' }, bytes: 6 });
    await flush();
    expect(endings).toHaveLength(1);
    expect(attempt).toMatchObject({ endedAt: 1_500, reached: 'yes', cause: undefined, running: undefined });
    expect([exchange.waiting, clock.pending]).toEqual([undefined, 0]);
    tunnel.onEnded((ending) => endings.push(ending));
    expect(endings).toHaveLength(2);
  });

  test('reads no further than is written', async () => {
    const { client, backend, tunnel } = fixture();
    void tunnel.tunnel(client.near, []);
    const chunk = Buffer.alloc(16_384);
    for (let i = 0; i < 100; i += 1) backend.far.write(chunk);
    await flush();
    // What the streams themselves hold is all that there is in between.
    expect(backend.far.writableLength).toBeGreaterThan(80 * chunk.length);
    let received = 0;
    client.far.on('data', (bytes: Buffer) => (received += bytes.length));
    while (received < 100 * chunk.length) await flush();
    expect(backend.far.writableLength).toBe(0);
  });

  test.each([
    ['client', 'client_aborted'],
    ['backend', 'response_truncated'],
  ] as const)('one of whose connections breaks is over, and the other is closed (%s)', async (who, cause) => {
    const { client, backend, tunnel, endings, clock, attempt } = fixture();
    void tunnel.tunnel(client.near, []);
    const [broken, other] = who === 'client' ? [client, backend] : [backend, client];
    broken.near.destroy(new Error('reset'));
    await flush();
    expect(endings).toEqual([{ verdict: { kind: 'ignored' }, bytes: 0, cause, error: undefined }]);
    expect([other.near.destroyed, clock.pending, attempt.cause]).toEqual([true, 0, cause]);
  });
});

describe('silence', () => {
  test('ends it at the limit, counted from the last byte', async () => {
    const { client, backend, tunnel, endings, clock } = fixture({ timeouts: { upgradeIdleMs: 1_000 } });
    void tunnel.tunnel(client.near, []);
    collect(client.far);
    collect(backend.far);
    clock.advance(900);
    client.far.write('x');
    await flush();
    clock.advance(900);
    backend.far.write('x');
    await flush();
    clock.advance(999);
    expect(endings).toEqual([]);
    clock.advance(1);
    expect(endings).toMatchObject([{ cause: 'body_idle_timeout', bytes: 2 }]);
    await flush();
    expect([client.near.destroyed, backend.near.destroyed, clock.pending]).toEqual([true, true, 0]);
  });

  test('is allowed without a limit', () => {
    const { client, tunnel, clock, endings } = fixture({ timeouts: { upgradeIdleMs: Infinity } });
    void tunnel.tunnel(client.near, []);
    clock.advance(1e9);
    expect([endings, clock.pending]).toEqual([[], 0]);
  });
});

describe('a tunnel that is given up', () => {
  test('has an end on both sides, after what was written', async () => {
    const { client, backend, tunnel, endings } = fixture();
    void tunnel.tunnel(client.near, []);
    backend.far.write('the last word');
    await flush();
    const atClient = collect(client.far);
    let ends = 0;
    for (const { far } of [client, backend]) far.on('end', () => (ends += 1)).resume();
    tunnel.cancel(failed('no_healthy_backend'));
    await flush();
    expect([atClient.text(), ends]).toEqual(['the last word', 2]);
    expect(endings).toMatchObject([{ cause: 'no_healthy_backend' }]);
  });

  test('by a peer that does not even read is closed all the same', async () => {
    const { client, backend, tunnel, clock } = fixture();
    void tunnel.tunnel(client.near, []);
    for (let i = 0; i < 50; i += 1) backend.far.write(Buffer.alloc(65_536));
    await flush();
    tunnel.cancel(failed('no_healthy_backend'));
    await flush();
    expect(client.near.destroyed).toBe(false);
    clock.advance(500);
    await flush();
    expect([client.near.destroyed, backend.near.destroyed, clock.pending]).toEqual([true, true, 0]);
  });

  test('twice is over once', async () => {
    const { client, tunnel, endings } = fixture();
    void tunnel.tunnel(client.near, []);
    tunnel.cancel(failed('no_healthy_backend'));
    tunnel.cancel(failed('client_aborted'));
    tunnel.discard();
    await flush();
    expect(endings).toMatchObject([{ cause: 'no_healthy_backend' }]);
  });
});

describe('before the client is joined', () => {
  test('it can be discarded', async () => {
    const { backend, tunnel, endings } = fixture();
    tunnel.discard();
    await flush();
    expect([backend.near.destroyed, endings]).toEqual([true, [{ verdict: { kind: 'success' }, bytes: 0 }]]);
  });

  test('its backend may be gone: then the client is not left waiting', async () => {
    const { client, backend, tunnel, endings } = fixture();
    backend.near.destroy(new Error('reset'));
    await flush();
    expect(endings).toMatchObject([{ cause: 'response_truncated' }]);
    expect(await tunnel.tunnel(client.near, [])).toBe(endings[0]);
    expect(client.near.destroyed).toBe(true);
  });

  test('the client may be gone: then the backend is not left waiting', async () => {
    const { client, backend, tunnel, endings } = fixture();
    client.near.destroy();
    await tunnel.tunnel(client.near, []);
    await flush();
    expect([backend.near.destroyed, endings.length]).toEqual([true, 1]);
  });
});
