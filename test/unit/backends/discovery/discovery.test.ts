import { expect, test } from 'vitest';
import { Discovery, type DiscoveryReport } from '../../../../src/backends/discovery/discovery.ts';
import type { News, Source } from '../../../../src/backends/discovery/source.ts';
import { settingsOf } from '../../../support/fake-members.ts';
import { nothing } from '../../../support/fake-names.ts';

class FakeSource implements Source {
  readonly name = 'api';
  closed = 0;
  tell: (news: News) => void = () => undefined;

  start(tell: (news: News) => void): void {
    this.tell = tell;
  }

  close(): void {
    this.closed += 1;
  }

  list(...names: readonly string[]): void {
    this.tell({ kind: 'list', backends: names.map((name) => settingsOf(name)) });
  }

  fail(code: string): void {
    this.tell({ kind: 'kept', why: 'unresolved', error: failureOf(code) });
  }
}

function failureOf(code: string): unknown {
  const answer = nothing('failed', code);
  return answer.kind === 'found' ? undefined : answer.error;
}

class Fixture {
  readonly source = new FakeSource();
  readonly reconciled: string[] = [];
  readonly reports: DiscoveryReport[] = [];
  readonly discovery = new Discovery({
    sources: [this.source],
    reconcile: (source, backends) => {
      const names = backends.map(({ target }) => target.name);
      if (names.includes('taken')) throw new TypeError('taken');
      this.reconciled.push(`${source}: ${names.join(' ')}`);
    },
    onReport: (report) => this.reports.push(report),
  });

  constructor() {
    this.discovery.start();
  }

  get said(): unknown[] {
    return this.reports.map(({ state, backends, cause, why }) => [state, backends, cause ?? why]);
  }
}

test('lists are handed on; what is new is reported', () => {
  const { source, reconciled, ...fixture } = new Fixture();
  source.list('a', 'b');
  source.list('a', 'b');
  source.list('a');
  source.list();
  expect(reconciled).toEqual(['api: a b', 'api: a b', 'api: a', 'api: ']);
  expect(fixture.reports.map(({ state, backends }) => [state, backends])).toEqual([
    ['found', 2],
    ['found', 1],
    ['empty', 0],
  ]);
});

test('a failure changes nothing, has the name that it has for requests, and is reported once', () => {
  const fixture = new Fixture();
  fixture.source.list('a');
  fixture.source.fail('ESERVFAIL');
  fixture.source.fail('ESERVFAIL');
  fixture.source.fail('ETIMEOUT');
  expect(fixture.discovery.reports[0]?.cause).toBe('dns_timeout');
  fixture.source.list('a');
  expect(fixture.reconciled).toEqual(['api: a', 'api: a']);
  expect(fixture.said).toEqual([
    ['found', 1, undefined],
    ['kept', 1, 'dns_failed'],
    ['found', 1, undefined],
  ]);
});

test('an empty list says why, where name servers said no', () => {
  const fixture = new Fixture();
  fixture.source.tell({ kind: 'list', backends: [], error: failureOf('ENOTFOUND') });
  expect(fixture.said).toEqual([['empty', 0, 'dns_not_found']]);
});

test('a list that the pool does not take is a bad one', () => {
  const fixture = new Fixture();
  fixture.source.list('a');
  fixture.source.list('taken');
  expect(fixture.said).toEqual([
    ['found', 1, undefined],
    ['kept', 1, 'invalid'],
  ]);
  expect(fixture.discovery.reports).toHaveLength(1);
  expect(fixture.discovery.reports[0]?.error).toEqual(new TypeError('taken'));
});

test('closed, it hears nothing any more', () => {
  const fixture = new Fixture();
  fixture.discovery.close();
  fixture.source.list('a');
  expect([fixture.source.closed, fixture.reconciled, fixture.reports]).toEqual([1, [], []]);
});
