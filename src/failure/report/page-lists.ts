import type { AppliedLimit, AttemptReport, BackendReport } from '../../engine/types.ts';
import { html, type Html } from './html.ts';

/** In the order in which they were made, numbered as in Server-Timing. */
export function attemptList(attempts: readonly AttemptReport[]): Html {
  return html`<ol>
    ${attempts.map(attemptItem)}
  </ol>`;
}

export function backendList(backends: readonly BackendReport[]): Html {
  return html`<ul>
    ${backends.map(backendItem)}
  </ul>`;
}

function attemptItem({ backend, phase, ms, cause, status, limit }: AttemptReport): Html {
  const facts = [`phase ${phase}`, `${ms} ms`];
  if (status !== undefined) facts.unshift(`status ${status}`);
  if (cause !== undefined) facts.unshift(cause);
  if (limit !== undefined) facts.push(limitText(limit));
  return html`<li><strong>${backend}</strong>: ${facts.join(', ')}</li>`;
}

function limitText({ limitMs, source, p50, p99, samples }: AppliedLimit): string {
  const basis: string[] = [source];
  if (p50 !== undefined) basis.push(`p50 ${Math.round(p50)} ms`);
  if (p99 !== undefined) basis.push(`p99 ${Math.round(p99)} ms`);
  if (samples !== undefined) basis.push(`${samples} samples`);
  return `limit ${Math.round(limitMs)} ms (${basis.join(', ')})`;
}

function backendItem({ backend, state, since, cause }: BackendReport): Html {
  const facts = [since === undefined ? state : `${state} since ${since}`];
  if (cause !== undefined) facts.push(`last cause ${cause}`);
  return html`<li><strong>${backend}</strong>: ${facts.join(', ')}</li>`;
}
