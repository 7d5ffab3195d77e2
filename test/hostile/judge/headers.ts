import type { Head, Reading } from '../reading/types.ts';

/** Added by the gateway, by node:http and by the frameworks. */
const OURS = /^(?:via|date|connection|keep-alive|transfer-encoding|content-length|proxy-\w+|x-powered-by)$/;

/** Headers and trailers that the backend did not send, or not so. */
export function strangeHeaders(truth: Reading, got: Reading): string[] {
  // Where the head is read with tolerance, values may be mended.
  if (truth.oddities.size > 0) return [];
  return [
    ...strangersIn('header', got.head?.headers ?? [], truth.head?.headers ?? []),
    ...strangersIn('trailer', got.trailers, truth.trailers),
  ];
}

function strangersIn(what: string, got: Head['headers'], sent: Head['headers']): string[] {
  const known = new Set(sent.map(([name, value]) => `${name.toLowerCase()}: ${value}`));
  return got
    .filter(
      ([name, value]) => !OURS.test(name.toLowerCase()) && !known.has(`${name.toLowerCase()}: ${value}`),
    )
    .map(([name, value]) => `${what} ${JSON.stringify(`${name}: ${value}`)} was never sent`);
}
