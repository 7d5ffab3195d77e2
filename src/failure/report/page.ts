import { STATUS_CODES } from 'node:http';
import { html, type Html } from './html.ts';
import { attemptList, backendList } from './page-lists.ts';
import type { ProblemDetails } from './problem.ts';

/** Shown as heading, paragraph or list; type and instance only say cause and request id once more. */
type Elsewhere = 'type' | 'instance' | 'title' | 'detail' | 'remedy' | 'attempts' | 'backends';

/** The facts that are a word or a number each, in the order shown. A member without a label does not compile. */
const LABELS: Readonly<Record<Exclude<keyof ProblemDetails, Elsewhere>, string>> = {
  status: 'Status',
  cause: 'Cause',
  underlying: 'Underlying cause',
  group: 'Group',
  requestId: 'Request id',
  retryable: 'Safe to repeat',
  attemptCount: 'Attempts',
  reached: 'Reached a backend',
  stopped: 'Why not tried again',
};

/**
 * The same facts for people. There is no style, script or other resource in it, so that no
 * Content-Security-Policy can forbid any of it.
 */
export function problemPage(details: ProblemDetails): string {
  const { status, title } = details;
  const heading = title ?? `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title === undefined ? heading : `${status}: ${title}`}</title>
      </head>
      <body>
        <main>
          <h1>${heading}</h1>
          ${sectionsOf(details)}
        </main>
      </body>
    </html>`;
  return `${page.toString()}\n`;
}

function sectionsOf(details: ProblemDetails): Html[] {
  const { detail, remedy, attempts = [], backends = [] } = details;
  const sections: Html[] = [];
  if (detail !== undefined) sections.push(html`<p>${detail}</p>`);
  if (remedy !== undefined) sections.push(html`<p>Where to look: ${remedy}</p>`);
  sections.push(html`<dl>${factsOf(details)}</dl>`);
  if (attempts.length > 0) sections.push(html`<h2>Attempts</h2>`, attemptList(attempts));
  if (backends.length > 0) sections.push(html`<h2>Backends</h2>`, backendList(backends));
  return sections;
}

function factsOf(details: ProblemDetails): Html[] {
  return (Object.keys(LABELS) as (keyof typeof LABELS)[]).flatMap((fact) => {
    const value = details[fact];
    return value === undefined ? [] : [html`<dt>${LABELS[fact]}</dt>`, html`<dd>${textOf(value)}</dd>`];
  });
}

function textOf(value: string | number | boolean | readonly string[]): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? value.join(', ') : String(value);
}
