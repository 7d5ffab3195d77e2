import { runHook } from '../hooks.ts';
import type { RequestHead } from '../settings.ts';
import type { Exchange, Target } from '../types.ts';
import { HeadHeaders } from './header-edits.ts';
import { checkedPath, rewrittenPath } from './path.ts';

/**
 * The path that one attempt asks for, before the backend's prefix; `headers` are changed in place.
 * @throws HookError when a function throws, or does what it must not.
 */
export function rewriteRequest(exchange: Exchange, target: Target, headers: string[]): string {
  const { request, settings } = exchange;
  const { path, request: edit } = settings.rewrite;
  const rewritten = path ? rewrittenPath(path, request) : request.path;
  if (!edit) return rewritten;
  const edits = new HeadHeaders(headers, 'request');
  const head: RequestHead = { backend: target.name, method: request.method, path: rewritten, headers: edits };
  try {
    runHook('rewrite.request', () => edit(head, request));
  } finally {
    edits.close();
  }
  return head.path === rewritten ? rewritten : checkedPath('rewrite.request', head.path);
}
