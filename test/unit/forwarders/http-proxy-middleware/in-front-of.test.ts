import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { inFrontOf } from '../../../../src/forwarders/http-proxy-middleware/in-front-of.ts';

class Behind extends EventEmitter {
  url = '/behind';
  user: unknown = 'somebody';
  get shout(): string {
    return this.url.toUpperCase();
  }
}

class Own extends EventEmitter {
  url = '/own';
}

test('what one object has comes before what is behind it', () => {
  const behind = new Behind();
  const both = inFrontOf(behind, new Own());
  expect([both.url, both.user, both.shout]).toEqual(['/own', 'somebody', '/OWN']);
  expect(both instanceof Behind).toBe(true);
  expect(['url' in both, 'user' in both, 'other' in both]).toEqual([true, true, false]);
});

test('each is written where it is; what is new goes through', () => {
  const behind = new Behind();
  const both = inFrontOf<Behind & { added?: number }, Own>(behind, new Own());
  both.url = '/changed';
  both.user = 'somebody else';
  both.added = 1;
  expect([behind.url, behind.user, (behind as { added?: number }).added]).toEqual([
    '/behind',
    'somebody else',
    1,
  ]);
  expect(both.url).toBe('/changed');
});

test('what is deleted is hidden, and still there behind', () => {
  const behind = new Behind();
  const both = inFrontOf<Partial<Behind>, Own>(behind, new Own());
  delete both.user;
  expect([both.user, behind.user]).toEqual([undefined, 'somebody']);
});

test('listeners are those of the one in front', () => {
  const behind = new Behind();
  const own = new Own();
  let heard = 0;
  inFrontOf(behind, own).on('x', () => void (heard += 1));
  behind.emit('x');
  own.emit('x');
  expect([heard, behind.listenerCount('x')]).toEqual([1, 0]);
});
