import { expect, test, vi } from 'vitest';
import { type BreakerEvent, Events } from '../../../src/insight/events.ts';

const event: BreakerEvent = { backend: 'a', state: 'open', cause: 'connection_refused', openMs: 1_000 };

function fixture() {
  const logger = { warn: vi.fn(), error: vi.fn() };
  return { events: new Events(logger), logger };
}

test('listeners are told, each of its own kind', () => {
  const { events } = fixture();
  const [breaker, exchange] = [vi.fn(), vi.fn()];
  events.on('breaker', breaker);
  events.on('exchange', exchange);
  events.emit('breaker', event);
  expect(breaker).toHaveBeenCalledExactlyOnceWith(event);
  expect(exchange).not.toHaveBeenCalled();
});

test('a listener that throws is logged, and the others are told all the same', () => {
  const { events, logger } = fixture();
  const error = new Error('oops');
  const other = vi.fn();
  events.on('breaker', () => {
    throw error;
  });
  events.on('breaker', other);
  expect(() => events.emit('breaker', event)).not.toThrow();
  expect(other).toHaveBeenCalledOnce();
  expect(logger.error).toHaveBeenCalledExactlyOnceWith({ err: error, event: 'breaker' }, expect.any(String));
});

test('a listener can be taken off, also while it is being told', () => {
  const { events } = fixture();
  const listener = vi.fn(() => off());
  const off = events.on('breaker', listener);
  expect(events.hasListeners('breaker')).toBe(true);
  events.emit('breaker', event);
  events.emit('breaker', event);
  off();
  expect(listener).toHaveBeenCalledOnce();
  expect(events.hasListeners('breaker')).toBe(false);
});

test('the same listener is told once', () => {
  const { events } = fixture();
  const listener = vi.fn();
  events.on('breaker', listener);
  events.on('breaker', listener);
  events.emit('breaker', event);
  expect(listener).toHaveBeenCalledOnce();
});
