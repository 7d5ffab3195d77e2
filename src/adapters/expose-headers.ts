const CAUSE_HEADERS = ['Proxy-Status', 'Proxy-Cause', 'Proxy-Attempts', 'X-Request-Id', 'Retry-After'];

/** Access-Control-Expose-Headers, where it is in use, so that scripts in browsers can read the cause. */
export function exposeCauseHeaders(given: string): string {
  const names = given.split(',').map((name) => name.trim().toLowerCase());
  if (names.includes('*')) return given;
  const missing = CAUSE_HEADERS.filter((name) => !names.includes(name.toLowerCase()));
  return missing.length === 0 ? given : [given, ...missing].join(', ');
}
