const CONNECTION_HEADERS = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** A flat name, value, name, value… list without the headers that belong to one connection only. */
export function withoutConnectionHeaders(rawHeaders: readonly (string | Buffer)[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = textOf(rawHeaders[index]);
    if (!CONNECTION_HEADERS.has(name.toLowerCase())) kept.push(name, textOf(rawHeaders[index + 1]));
  }
  return kept;
}

function textOf(value: string | Buffer | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : value.toString('latin1');
}
