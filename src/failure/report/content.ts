import { runHook } from '../../engine/hooks.ts';
import type { Disclosure, ErrorSettings, RenderedBody } from '../../engine/settings.ts';
import type { FailureReport, ProxyRequest } from '../../engine/types.ts';
import { PAGE_TYPE, prefersHtml, PROBLEM_TYPE } from './negotiate.ts';
import { problemPage } from './page.ts';
import { problemDetails, problemJson } from './problem.ts';

/** The form in which a failure is told. */
export interface Content {
  /**
   * `Content-Type` replaces one that the app has set, `Vary` adds to it; the others go out where the app has
   * none of its own.
   */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/**
 * By `Accept`, one or the other. Our answers are not to be stored, but a cache that does it all the same must
 * not give a script the page (RFC 9110 section 12.5.5).
 */
const NEGOTIATED = ['Vary', 'Accept'] as const;

const PROBLEM_HEADERS = new Map([['Content-Type', PROBLEM_TYPE], NEGOTIATED]);

/** The page needs nothing, so it is allowed nothing. */
const PAGE_HEADERS = new Map([
  ['Content-Type', PAGE_TYPE],
  NEGOTIATED,
  ['Content-Security-Policy', "default-src 'none'"],
  ['X-Content-Type-Options', 'nosniff'],
]);

/**
 * What the app makes of it, else a page for browsers, else problem JSON.
 * @throws HookError when `errors.render` throws.
 */
export function contentOf(
  report: FailureReport,
  tier: Disclosure,
  request: ProxyRequest,
  { render }: ErrorSettings,
): Content {
  const rendered = render && renderedBy(render, report, request);
  if (rendered) return { headers: new Map([['Content-Type', rendered.contentType]]), body: rendered.body };
  const details = problemDetails(report, tier);
  return prefersHtml(request.headers['accept'])
    ? { headers: PAGE_HEADERS, body: problemPage(details) }
    : { headers: PROBLEM_HEADERS, body: problemJson(details) };
}

function renderedBy(
  render: NonNullable<ErrorSettings['render']>,
  report: FailureReport,
  request: ProxyRequest,
): RenderedBody | undefined {
  const rendered: unknown = runHook('errors.render', () => render(report, request));
  return runHook('errors.render', () => checkRendered(rendered));
}

/** It becomes a header and a body: anything else would break the answer. */
function checkRendered(rendered: unknown): RenderedBody | undefined {
  if (rendered === undefined) return undefined;
  const { contentType, body } = (rendered ?? {}) as Partial<Record<keyof RenderedBody, unknown>>;
  if (
    typeof contentType === 'string' &&
    /^[\x21-\x7e][\x20-\x7e]*$/.test(contentType) &&
    typeof body === 'string'
  ) {
    return { contentType, body };
  }
  throw new TypeError('it must return { contentType, body }, two strings, or undefined');
}
