import { describe, expect, test } from 'vitest';
import type { Ending, RawHeaders, Sink } from '../../../src/engine/types.ts';
import { failed } from '../../../src/failure/failed.ts';
import { DirectResponse } from '../../../src/forwarders/direct-response.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { addAttempt, fakeExchange } from '../../support/fake-exchange.ts';

/** The connection of the backend, as undici hands it over. */
class FakeController {
  readonly log: string[] = [];
  readonly aborted = false;
  readonly paused = false;
  readonly reason = null;
  pause(): void {
    this.log.push('pause');
  }
  resume(): void {
    this.log.push('resume');
  }
  abort(): void {
    this.log.push('abort');
  }
}

class FakeSink implements Sink {
  readonly log: string[] = [];
  /** The client reads as fast as the backend sends. */
  keepsUp = true;
  drain: () => void = () => undefined;
  flush(): void {
    this.log.push('flush');
  }
  write(chunk: Buffer): boolean {
    this.log.push(`write ${chunk.toString()}`);
    return this.keepsUp;
  }
  end(chunk: Buffer | undefined, trailers: RawHeaders | undefined): void {
    this.log.push(`end ${chunk?.toString() ?? '-'} ${trailers?.join(':') ?? '-'}`);
  }
  break(): void {
    this.log.push('break');
  }
  onDrain(listener: () => void): void {
    this.drain = listener;
  }
}

function fixture(given: { status?: number; isEventStream?: boolean } = {}) {
  const clock = new FakeClock();
  const controller = new FakeController();
  const exchange = fakeExchange({ settings: { timeouts: { idleMs: 100 } } });
  const attempt = addAttempt(exchange);
  const response = new DirectResponse(
    {
      status: given.status ?? 200,
      statusText: '',
      headers: [],
      hasRepeatedHeaders: false,
      isEventStream: given.isEventStream ?? false,
    },
    { controller, exchange, attempt, clock },
  );
  return { clock, controller, attempt, response, sink: new FakeSink() };
}

const bytes = (text: string): Buffer => Buffer.from(text);

describe('relayed', () => {
  test('chunks that came before are sent first, then as they come', async () => {
    const { response, sink, clock, attempt } = fixture();
    response.receive(bytes('a'));
    const ended = response.relay(sink);
    response.receive(bytes('b'));
    response.finish(['X-T', '1']);
    expect(sink.log).toEqual(['write a', 'write b', 'end - X-T:1']);
    expect(await ended).toEqual({ verdict: { kind: 'success' }, bytes: 2 });
    expect([clock.pending, attempt.reached]).toEqual([0, 'yes']);
  });

  test('a small body that is there goes out together with the head', () => {
    const { response, sink } = fixture();
    response.receive(bytes('all'));
    response.finish(undefined);
    expect(response.complete).toBe(true);
    void response.relay(sink);
    expect(sink.log).toEqual(['end all -']);
  });

  test('a head without a body yet goes out at once', () => {
    const { response, sink } = fixture();
    void response.relay(sink);
    expect(sink.log).toEqual(['flush']);
  });

  test('a slow client slows the backend down', () => {
    const { response, sink, controller } = fixture();
    void response.relay(sink);
    sink.keepsUp = false;
    response.receive(bytes('a'));
    expect(controller.log).toEqual(['pause']);
    sink.drain();
    expect(controller.log).toEqual(['pause', 'resume']);
  });

  test('a body that breaks off breaks the connection of the client: never an end', async () => {
    const { response, sink, attempt } = fixture();
    const ended = response.relay(sink);
    response.receive(bytes('half'));
    response.fail(failed('response_truncated'));
    expect(sink.log).toEqual(['flush', 'write half', 'break']);
    expect(await ended).toEqual({
      verdict: { kind: 'failure', cause: 'response_truncated' },
      bytes: 4,
      cause: 'response_truncated',
    });
    expect(attempt.cause).toBe('response_truncated');
  });

  test('so does one that broke off before it was asked for', () => {
    const { response, sink } = fixture();
    response.receive(bytes('half'));
    response.fail(failed('response_truncated'));
    void response.relay(sink);
    expect(sink.log).toEqual(['write half', 'break']);
  });

  test('giving up breaks both sides', async () => {
    const { response, sink, controller } = fixture();
    const ended = response.relay(sink);
    response.cancel(failed('client_aborted'));
    expect([sink.log.at(-1), controller.log]).toEqual(['break', ['abort']]);
    expect(await ended).toMatchObject({ cause: 'client_aborted', verdict: { kind: 'ignored' } });
  });
});

describe('silence', () => {
  test('for idleMs ends it, counted from the last chunk', async () => {
    const { response, sink, clock } = fixture();
    const ended = response.relay(sink);
    clock.advance(99);
    response.receive(bytes('a'));
    clock.advance(99);
    expect(sink.log).not.toContain('break');
    clock.advance(1);
    expect(await ended).toMatchObject({ cause: 'body_idle_timeout' });
    expect(sink.log.at(-1)).toBe('break');
  });

  test('is normal for a stream of events', () => {
    const { response, sink, clock } = fixture({ isEventStream: true });
    void response.relay(sink);
    clock.advance(100_000);
    expect(sink.log).not.toContain('break');
  });

  test('of a client that does not read a stream of events is not normal', async () => {
    const { response, sink, clock } = fixture({ isEventStream: true });
    const ended = response.relay(sink);
    sink.keepsUp = false;
    response.receive(bytes('a'));
    clock.advance(1_000);
    expect(await ended).toMatchObject({ cause: 'client_aborted', verdict: { kind: 'ignored' } });
  });

  test('of a client that does not read is not the fault of the backend', async () => {
    const { response, sink, clock } = fixture();
    const ended = response.relay(sink);
    sink.keepsUp = false;
    response.receive(bytes('a'));
    clock.advance(100);
    expect(await ended).toMatchObject({ cause: 'client_aborted', verdict: { kind: 'ignored' } });
  });
});

describe('kept', () => {
  test('more than 64 KiB pauses the backend until somebody asks', () => {
    const { response, sink, controller } = fixture();
    response.receive(Buffer.alloc(65_536));
    expect(controller.log).toEqual([]);
    response.receive(bytes('x'));
    expect(controller.log).toEqual(['pause']);
    void response.relay(sink);
    expect(controller.log).toEqual(['pause', 'resume']);
  });
});

describe('discarded', () => {
  test('a small rest is read to its end, so that the connection lives on', () => {
    const { response, controller, clock } = fixture({ status: 503 });
    const endings: Ending[] = [];
    response.onEnded((ending) => endings.push(ending));
    response.discard();
    response.receive(bytes('rest'));
    expect(endings).toEqual([]);
    response.finish(undefined);
    expect(endings).toMatchObject([{ verdict: { kind: 'failure', cause: 'backend_status' }, bytes: 4 }]);
    expect([controller.log, clock.pending]).toEqual([[], 0]);
  });

  test('a large one is not', () => {
    const { response, controller } = fixture();
    response.discard();
    response.receive(Buffer.alloc(65_537));
    expect(controller.log).toEqual(['abort']);
  });

  test('nor a slow one', () => {
    const { response, controller, clock } = fixture();
    response.discard();
    clock.advance(50);
    expect([controller.log, clock.pending]).toEqual([['abort'], 0]);
  });

  test('a whole one costs nothing', () => {
    const { response, controller, clock } = fixture();
    response.finish(undefined);
    response.discard();
    expect([controller.log, clock.pending]).toEqual([[], 0]);
  });

  test('its end is told once, also to who asks late', () => {
    const { response } = fixture();
    const endings: Ending[] = [];
    response.onEnded((ending) => endings.push(ending));
    response.finish(undefined);
    response.discard();
    response.discard();
    response.onEnded((ending) => endings.push(ending));
    expect(endings).toEqual([
      { verdict: { kind: 'success' }, bytes: 0 },
      { verdict: { kind: 'success' }, bytes: 0 },
    ]);
  });
});
