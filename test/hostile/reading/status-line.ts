import { Invalid, type Lines } from './lines.ts';
import type { Flaw } from './types.ts';

const STRICT = /^HTTP\/(1\.[01]) (\d{3}) [\t \x21-\x7e\x80-\xff]*$/;
const LOOSE = /^(HTTP|RTSP|ICE)\/(\d\.\d)[\t\v\f ]+(\d{3})(?:[\t\v\f ][^\r]*)?$/;
const VERSIONS = /^(?:0\.9|1\.\d|2\.0)$/;

export interface StatusLine {
  readonly version: string;
  readonly status: number;
}

export function readStatusLine(lines: Lines): StatusLine {
  let line = lines.next(startOfStatusLine, 'doubled CR');
  while (line === '') {
    lines.oddities.add('leading_empty_line');
    line = lines.next(startOfStatusLine, 'doubled CR');
  }
  const [, version = '', status = ''] = STRICT.exec(line) ?? [];
  const parts = status === '' ? readLoosely(line, lines) : { version, status: Number(status) };
  if (parts.status < 100) throw new Invalid('status');
  if (parts.status < 200 && version === '1.0') lines.oddities.add('interim_in_http_1_0');
  return parts;
}

function readLoosely(line: string, lines: Lines): StatusLine {
  const [, protocol = '', version = '', status = ''] = LOOSE.exec(line) ?? [];
  if (status === '') throw new Invalid(flawOf(line));
  if (protocol !== 'HTTP') lines.oddities.add('like_http');
  else if (!VERSIONS.test(version)) throw new Invalid('version');
  else if (version !== '1.0' && version !== '1.1') lines.oddities.add('other_version');
  lines.oddities.add('loose_status_line');
  return { version, status: Number(status) };
}

function flawOf(line: string): Flaw {
  if (!line.startsWith('HTTP/')) return foreign(line);
  if (/^HTTP\/1\.[01] /.test(line)) return 'status';
  return /^HTTP\/\d(?:\.\d)? /.test(line) ? 'version' : 'status_line';
}

/** Another protocol altogether. Those that never read our request as HTTP are told apart. */
function foreign(line: string): Flaw {
  if (/^[\x15\x16]\x03/.test(line)) return 'tls';
  if (/^\0\0[\s\S]\x04/.test(line)) return 'http2';
  return 'not_http';
}

/** The longest beginnings that may still become a status line. */
const PREFIX =
  /^(?:HTTP\/1\.[01] (?:\d{0,2}|\d{3}(?:\r| [\t \x21-\x7e\x80-\xff]*\r?)?)|HTTP\/1(?:\.[01]?)?)$/;

function startOfStatusLine(line: string): Flaw | undefined {
  if ('HTTP/'.startsWith(line) || line === '\r') return undefined;
  return PREFIX.test(line) ? undefined : flawOf(line);
}
