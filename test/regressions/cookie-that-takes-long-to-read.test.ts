// With `rewrite.cookies`, one cookie with a row of spaces in an attribute took a third of a second of CPU time.
import { expect, test } from 'vitest';
import { pathMap, rewriteCookie } from '../../src/engine/rewrite/cookies.ts';
import { fakeRequest } from '../support/fake-exchange.ts';

const settings = { domain: undefined, path: pathMap(new Map([['/base', '/shop']])) };

test.each(['a=b; Path=x SPACE y', 'a=b; Path= SPACE', 'a=b; SPACE Path=x', 'a=b; Path SPACE x'])(
  '%s',
  (pattern) => {
    const cookie = pattern.replace('SPACE', ' '.repeat(200_000));
    const startedAt = performance.now();
    expect(rewriteCookie(cookie, settings, fakeRequest())).toBe(cookie);
    // Linear, it takes milliseconds; with the square of that many, tens of seconds.
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  },
);
