/** The parts of Node's and undici's errors that are worth reading. */
export interface ErrorFacts {
  readonly code: string;
  readonly syscall: string;
  readonly name: string;
  readonly message: string;
  /** OpenSSL's own words, such as `wrong version number`. */
  readonly reason: string;
  /** Bytes that a parser could not read. */
  readonly data: Uint8Array | undefined;
  /** Names in a certificate that was refused for them. */
  readonly names: string;
}

/** Reads an error of unknown shape; unwraps `cause` chains and AggregateErrors down to the one that has a code. */
export function errorFacts(error: unknown): ErrorFacts {
  const found = firstWithCode(error, 0) ?? (isRecord(error) ? error : {});
  return {
    code: text(found['code']),
    syscall: text(found['syscall']),
    name: text(found['name']),
    message: text(found['message']),
    reason: text(found['reason']),
    data: bytes(found['data']),
    names: isRecord(found['cert']) ? text(found['cert']['subjectaltname']) : '',
  };
}

/** Happy Eyeballs reports one error per address: a machine without IPv6 has no route to half of them. */
const NO_SUCH_FAMILY: ReadonlySet<string> = new Set([
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
]);

function firstWithCode(error: unknown, depth: number): Record<string, unknown> | undefined {
  if (!isRecord(error) || depth > 8) return undefined;
  if (Array.isArray(error['errors'])) {
    const inner = error['errors'] as unknown[];
    const found = inner.map((one) => firstWithCode(one, depth + 1)).filter((one) => one !== undefined);
    const telling = found.find((one) => !NO_SUCH_FAMILY.has(text(one['code']))) ?? found[0];
    if (telling) return telling;
  }
  if (typeof error['code'] === 'string') return error;
  if (error['name'] === 'HTTPParserError') return error;
  return firstWithCode(error['cause'], depth + 1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** undici hands on what the parser could not read as a string. */
function bytes(value: unknown): Uint8Array | undefined {
  if (typeof value === 'string') return Buffer.from(value);
  return value instanceof Uint8Array ? value : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
