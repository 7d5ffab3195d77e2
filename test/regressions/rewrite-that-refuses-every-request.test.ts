// A prefix that leads out of the backend's, or that no client can send, was found out about request by request.
import { expect, test } from 'vitest';
import { settleRewrite } from '../../src/options/rewrite.ts';
import { NO_REWRITES } from '../../src/engine/rewrite/none.ts';

const RULE = 'must be without ".." among its segments, and in ASCII: percent-encode anything else';

test.each<[from: string, to: string, complaint: string]>([
  ['/api', '/../v1', `rewrite.path["/api"] ${RULE}, got "/../v1"`],
  ['/api', '/v1/..', `rewrite.path["/api"] ${RULE}, got "/v1/.."`],
  ['/api', '/%2e%2e/v1', `rewrite.path["/api"] ${RULE}, got "/%2e%2e/v1"`],
  ['/api', '/größe', `rewrite.path["/api"] ${RULE}, got "/größe"`],
  ['/..', '/v1', 'rewrite.path must have as each key a path such as "/api"'],
  ['/größe', '/v1', 'rewrite.path must have as each key a path such as "/api"'],
])('%j to %j is refused at construction', (from, to, complaint) => {
  expect(() => settleRewrite({ path: { [from]: to } }, NO_REWRITES)).toThrow(complaint);
});
