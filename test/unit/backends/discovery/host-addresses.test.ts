import { describe, expect, test } from 'vitest';
import { HostAddresses } from '../../../../src/backends/discovery/host-addresses.ts';
import { FakeClock, flush } from '../../../support/fake-clock.ts';
import { FakeNames } from '../../../support/fake-names.ts';

class Fixture extends FakeNames {
  readonly clock = new FakeClock();
  readonly host = new HostAddresses('a.test', {
    clock: this.clock,
    names: this.names,
    hasIPv6: () => this.hasIPv6,
  });
  hasIPv6 = true;

  say(v4: Parameters<typeof this.v4.set>[1], v6: Parameters<typeof this.v6.set>[1]): this {
    this.v4.set('a.test', v4);
    this.v6.set('a.test', v6);
    return this;
  }

  /** Addresses, or what came in place of them. */
  async ask(): Promise<unknown> {
    const answer = await this.host.ask();
    return answer.kind === 'found' ? answer.found.addresses : answer.kind;
  }
}

test('addresses of both families, each once', async () => {
  const { host } = new Fixture().say(['10.0.0.2', '10.0.0.1', '10.0.0.2'], ['2001:db8::1']);
  expect(await host.ask()).toEqual({
    kind: 'found',
    found: { addresses: ['10.0.0.1', '10.0.0.2', '2001:db8::1'], ttlMs: 10_000 },
  });
});

test('one family is enough, and its name exists', async () => {
  expect(await new Fixture().say(['10.0.0.1'], 'none').ask()).toEqual(['10.0.0.1']);
  expect(await new Fixture().say('none', ['2001:db8::1']).ask()).toEqual(['2001:db8::1']);
});

test('the shortest TTL counts', async () => {
  const fixture = new Fixture();
  fixture.names.addresses = (_hostname, family) =>
    Promise.resolve({ kind: 'found', found: [{ address: '10.0.0.1', ttl: family }] });
  expect(await fixture.host.ask()).toMatchObject({ found: { ttlMs: 4_000 } });
});

test('no address of either family is a definite no; a failure of one is none', async () => {
  expect(await new Fixture().say('none', 'none').ask()).toBe('none');
  expect(await new Fixture().say('none', 'failed').ask()).toBe('failed');
  expect(await new Fixture().say('failed', 'none').ask()).toBe('failed');
});

test('a family that fails keeps its last good answer, one that says no does not', async () => {
  const fixture = new Fixture().say(['10.0.0.1'], ['2001:db8::1']);
  await fixture.ask();
  expect(await fixture.say(['10.0.0.2'], 'failed').ask()).toEqual(['10.0.0.2', '2001:db8::1']);
  expect(await fixture.say(['10.0.0.2'], 'none').ask()).toEqual(['10.0.0.2']);
});

describe('a family that is slow', () => {
  test('is waited for 50 ms, no longer', async () => {
    const fixture = new Fixture().say(['10.0.0.1'], 'silence');
    const answers: unknown[] = [];
    void fixture.ask().then((answer) => answers.push(answer));
    await flush();
    fixture.clock.advance(49);
    await flush();
    expect(answers).toEqual([]);
    fixture.clock.advance(1);
    await flush();
    expect(answers).toEqual([['10.0.0.1']]);
  });

  test('counts the next time', async () => {
    const fixture = new Fixture().say(['10.0.0.1'], 'silence');
    const asked = fixture.ask();
    await flush();
    fixture.clock.advance(50);
    await asked;
    fixture.silent[0]?.resolve(fixture.answer(['2001:db8::1']));
    expect(await fixture.say(['10.0.0.1'], 'failed').ask()).toEqual(['10.0.0.1', '2001:db8::1']);
  });

  test('is not believed when a newer answer came before', async () => {
    const fixture = new Fixture().say(['10.0.0.1'], 'silence');
    const asked = fixture.ask();
    await flush();
    fixture.clock.advance(50);
    await asked;
    await fixture.say(['10.0.0.1'], ['2001:db8::2']).ask();
    fixture.silent[0]?.resolve(fixture.answer(['2001:db8::1']));
    await flush();
    expect(fixture.host.known).toEqual(['10.0.0.1', '2001:db8::2']);
  });

  test('is waited for when the other one has nothing', async () => {
    const fixture = new Fixture().say('none', 'silence');
    const answers: unknown[] = [];
    void fixture.ask().then((answer) => answers.push(answer));
    await flush();
    fixture.clock.advance(1_000);
    await flush();
    expect(answers).toEqual([]);
    fixture.silent[0]?.resolve(fixture.answer(['2001:db8::1']));
    await flush();
    expect(answers).toEqual([['2001:db8::1']]);
    expect(fixture.clock.pending).toBe(0);
  });
});

describe('a machine without IPv6', () => {
  test('does without those addresses, where there are others; its own it has', async () => {
    const fixture = new Fixture().say(['10.0.0.1'], ['2001:db8::1', '::1']);
    fixture.hasIPv6 = false;
    expect(await fixture.ask()).toEqual(['10.0.0.1', '::1']);
  });

  test('tries them where there are no others: the failure then has its true name', async () => {
    const fixture = new Fixture().say('none', ['2001:db8::1']);
    fixture.hasIPv6 = false;
    expect(await fixture.ask()).toEqual(['2001:db8::1']);
  });
});

describe("the system's own lookup", () => {
  test.each(['none', 'failed'] as const)('is asked when name servers say: %s', async (said) => {
    const fixture = new Fixture().say(said, said);
    fixture.hosts = new Map([['a.test', ['192.0.2.1', '2001:db8::1']]]);
    const answer = await fixture.host.ask();
    expect(answer).toEqual({
      kind: 'found',
      found: { addresses: ['192.0.2.1', '2001:db8::1'], ttlMs: 5_000 },
    });
  });

  test('is not asked when they know', async () => {
    const fixture = new Fixture().say(['10.0.0.1'], 'none');
    fixture.hosts = new Map([['a.test', ['192.0.2.1']]]);
    expect(await fixture.ask()).toEqual(['10.0.0.1']);
    expect(fixture.asked).not.toContain('system a.test');
  });

  test.each(['none', 'failed'] as const)('may not know either: then it stays at %s', async (said) => {
    const fixture = new Fixture().say(said, said);
    fixture.hosts = new Map();
    expect(await fixture.ask()).toBe(said);
  });
});
