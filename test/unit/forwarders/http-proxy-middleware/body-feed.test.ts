import type { ClientRequest } from 'node:http';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { BodyFeed, type FeedSource } from '../../../../src/forwarders/http-proxy-middleware/body-feed.ts';

function fixture(source: FeedSource, isBodyWritten = false) {
  const log: string[] = [];
  const events = {
    isBodyWritten,
    handedOver: () => void log.push('handed over'),
    bodyMissing: () => void log.push('missing'),
  };
  const request = new PassThrough();
  request.on('data', (chunk: Buffer) => log.push(chunk.toString())).on('end', () => log.push('end'));
  return { log, request, feed: new BodyFeed(source, events) };
}

async function piped({ feed, request, log }: ReturnType<typeof fixture>): Promise<string[]> {
  feed.pipe(request as unknown as ClientRequest);
  await new Promise((resolve) => setTimeout(resolve, 5));
  return log;
}

describe('a body is handed over', () => {
  test.each<[string, FeedSource, string[]]>([
    ['empty', null, ['handed over', 'end']],
    ['from memory', Buffer.from('all'), ['handed over', 'all', 'end']],
    ['from a stream', Readable.from([Buffer.from('a'), Buffer.from('b')]), ['a', 'b', 'handed over', 'end']],
    ['or said to be missing', 'missing', ['missing']],
  ])('%s', async (_what, source, expected) => {
    expect((await piped(fixture(source))).sort()).toEqual(expected.sort());
  });

  test('but not where a hook has written one', async () => {
    for (const source of [Buffer.from('all'), 'missing'] as const) {
      expect(await piped(fixture(source, true))).toEqual(['handed over', 'end']);
    }
  });

  test('collected, where redirects are followed', async () => {
    const { feed, log } = fixture(Buffer.from('all'));
    feed.on('data', (chunk) => void log.push(`data ${chunk}`)).on('end', () => void log.push('over'));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(log).toEqual(['data all', 'over', 'handed over']);
  });

  test('under the eyes of those who want to see it', async () => {
    for (const source of [Buffer.from('all'), Readable.from([Buffer.from('all')])]) {
      const run = fixture(source);
      const seen: (string | undefined)[] = [];
      run.feed.watch((chunk) => void seen.push(chunk?.toString()));
      await piped(run);
      expect(seen).toEqual(['all', undefined]);
    }
  });
});
