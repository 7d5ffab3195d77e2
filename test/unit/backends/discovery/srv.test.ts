import { expect, test } from 'vitest';
import { Services } from '../../../../src/backends/discovery/srv.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { FakeNames, summaryOf, templateOf } from '../../../support/fake-names.ts';

const NAME = '_api._tcp.test';

class Fixture extends FakeNames {
  readonly clock = new FakeClock();
  readonly asking = new Services(templateOf({ url: `http://${NAME}`, discover: 'srv', tier: 1, weight: 2 }), {
    clock: this.clock,
    names: this.names,
  });

  say(...records: readonly [name: string, port: number, priority: number, weight: number][]): void {
    const rows = records.map(([name, port, priority, weight]) => ({ name, port, priority, weight }));
    this.services.set(NAME, rows);
  }

  async ask(): Promise<unknown> {
    return summaryOf(await this.asking.ask());
  }
}

test('port, weight, and priority as tier', async () => {
  const fixture = new Fixture();
  fixture.v4.set('n1.test', ['10.0.0.1']);
  fixture.v4.set('n2.test', ['10.0.0.2']);
  fixture.say(['n1.test', 3_001, 10, 5], ['n2.test', 3_002, 20, 5], ['n1.test', 3_003, 10, 10]);
  expect(await fixture.ask()).toEqual([
    `${NAME}@10.0.0.1:3001 1 11`,
    `${NAME}@10.0.0.2:3002 2 21`,
    `${NAME}@10.0.0.1:3003 2 11`,
  ]);
});

test('each host is asked for once, and its addresses share the weight', async () => {
  const fixture = new Fixture();
  fixture.v4.set('n1.test', ['10.0.0.1', '10.0.0.2']);
  fixture.v4.set('n2.test', ['10.0.0.3']);
  fixture.say(['n1.test', 80, 0, 1], ['n1.test', 81, 0, 1], ['n2.test', 80, 0, 1]);
  expect(await fixture.ask()).toEqual([
    `${NAME}@10.0.0.1:80 1 1`,
    `${NAME}@10.0.0.2:80 1 1`,
    `${NAME}@10.0.0.1:81 1 1`,
    `${NAME}@10.0.0.2:81 1 1`,
    `${NAME}@10.0.0.3:80 2 1`,
  ]);
  expect(fixture.asked.filter((question) => question === '4 n1.test')).toHaveLength(1);
});

test('the shortest TTL of the addresses counts', async () => {
  const fixture = new Fixture();
  fixture.v4.set('n1.test', ['10.0.0.1']);
  fixture.say(['n1.test', 80, 0, 1]);
  expect(await fixture.asking.ask()).toMatchObject({ found: { ttlMs: 10_000 } });
});

test('a host that cannot be asked for keeps its addresses, and is asked for again soon', async () => {
  const fixture = new Fixture();
  fixture.v4.set('n1.test', ['10.0.0.1']);
  fixture.v4.set('n2.test', ['10.0.0.2']);
  fixture.say(['n1.test', 80, 0, 1], ['n2.test', 80, 0, 1]);
  await fixture.ask();
  fixture.v4.set('n1.test', 'failed');
  fixture.v4.set('n2.test', ['10.0.0.3']);
  const answer = await fixture.asking.ask();
  expect(summaryOf(answer)).toEqual([`${NAME}@10.0.0.1:80 2 1`, `${NAME}@10.0.0.3:80 2 1`]);
  expect(answer).toMatchObject({ found: { ttlMs: 0 } });
});

test('a host without addresses is left out', async () => {
  const fixture = new Fixture();
  fixture.v4.set('n2.test', ['10.0.0.2']);
  fixture.say(['n1.test', 80, 0, 100], ['n2.test', 80, 0, 1]);
  expect(await fixture.ask()).toEqual([`${NAME}@10.0.0.2:80 2 1`]);
});

test('two records of one place are one backend', async () => {
  const fixture = new Fixture();
  fixture.v4.set('n1.test', ['10.0.0.1']);
  fixture.v4.set('n2.test', ['10.0.0.1']);
  fixture.say(['n1.test', 80, 1, 1], ['n2.test', 80, 2, 1]);
  expect(await fixture.ask()).toEqual([`${NAME}@10.0.0.1:80 2 2`]);
});

test('no records, or none with an address: a definite no, unless something failed', async () => {
  const fixture = new Fixture();
  expect(await fixture.ask()).toBe('none');
  fixture.say(['n1.test', 80, 0, 1], ['n2.test', 80, 0, 1]);
  expect(await fixture.ask()).toBe('none');
  fixture.v4.set('n2.test', 'failed');
  expect(await fixture.ask()).toBe('failed');
});
