import type { Answer } from './request.ts';

/** A response as `curl -i` prints it. */
export function formatLikeCurl({ httpVersion, status, statusText, rawHeaders, body }: Answer): string[] {
  return [`HTTP/${httpVersion} ${status} ${statusText}`, ...headerLines(rawHeaders), '', body.trimEnd()];
}

function headerLines(rawHeaders: readonly string[]): string[] {
  return rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []));
}
