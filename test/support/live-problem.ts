import { isInnerList, type Item, parseList, Token } from 'structured-headers';
import { expect } from 'vitest';
import type { Sent } from './live-client.ts';

export type Problem = Record<string, unknown>;

/** The problem body of a response. */
export function problemOf({ body, headers }: Pick<Sent, 'body' | 'headers'>): Problem {
  expect(headers['content-type']).toBe('application/problem+json');
  return JSON.parse(body.toString()) as Problem;
}

/** Members of Proxy-Status: who, and what they say. */
export function proxyStatusOf({ headers }: Pick<Sent, 'headers'>): { who: string; parameters: Problem }[] {
  return parseList(String(headers['proxy-status'])).map((member) => {
    if (isInnerList(member)) throw new Error('an inner list in Proxy-Status');
    const [who, parameters] = member as Item;
    return { who: String(who), parameters: Object.fromEntries([...parameters].map(textOf)) };
  });
}

function textOf([key, value]: [string, unknown]): [string, unknown] {
  return [key, value instanceof Token ? value.toString() : value];
}

/** A response of the gateway's own: the contract that holds for every one of them. */
export function expectFailure(sent: Sent, cause: string, status = 502): Problem {
  expect(sent.status).toBe(status);
  expect(sent.complete).toBe(true);
  expect(sent.headers['proxy-cause']).toBe(cause);
  expect(sent.headers['cache-control']).toBe('no-store');
  expect(proxyStatusOf(sent).at(-1)?.parameters['details']).toBe(cause);
  expect(sent.headers['content-length']).toBe(String(sent.body.length));
  const problem = problemOf(sent);
  expect(problem).toMatchObject({ cause, status, requestId: sent.headers['x-request-id'] });
  return problem;
}
