import { alone, arrival, head, passed, refused, type RequestCase } from './request-case.ts';

const get = (target: string, ...lines: readonly string[]): string => {
  return head(`GET ${target} HTTP/1.1`, 'Host: a', ...lines);
};

/** Passed on to the letter: only the backend knows what they mean. */
const UNTOUCHED = [
  '/',
  '/?',
  '/??',
  '//',
  '//evil.example/x',
  '///evil.example',
  '/\\evil.example/x',
  '/http://evil.example/x',
  '/@evil.example',
  '/a%2Fb%2fc',
  '/a%5Cb',
  '/%2e/%2E%2e/x',
  '/.%2e/',
  '/a/../b',
  '/../../etc/passwd',
  '/./x/.',
  '/..;/manager',
  '/a;b=c;d/e',
  '/a//b///c',
  '/%00',
  '/%0d%0aX:%20y',
  '/%',
  '/%zz',
  '/%C3%A9',
  '/x?a=b&a=%2F%3f&c[]=1',
  '/x?http://evil.example/',
  '/x?a=b/../c',
  '/x|y{z}"<>^`',
];

const BROKEN = [
  '*',
  'x',
  'a/b',
  '?x',
  '#x',
  '/a#b',
  '/?a#b',
  '/a b',
  '/a\tb',
  '/a\0b',
  '/a\x7fb',
  '/caf\xe9',
  'a:80',
  'ftp://a/x',
  'file:///etc/passwd',
  'javascript:x',
  'http:///x',
  'http://:80/x',
  'http://user@evil.example/x',
  'http://user:secret@evil.example/x',
  'http://a b/x',
  'http://a\\b/x',
  'http:/x',
  'http:x',
  'https:',
];

const METHODS = [
  ...['GET', 'DELETE', 'OPTIONS', 'TRACE', 'MKCOL', 'LOCK', 'REPORT', 'SEARCH', 'PURGE', 'LINK'],
];
const WITH_LENGTH = ['POST', 'PUT', 'PATCH', 'QUERY', 'PROPFIND'];

/** The first line of a request. */
export const TARGETS: readonly RequestCase[] = [
  ...UNTOUCHED.map((target) => passed(target, get(target), arrival(`GET ${target}`))),
  ...BROKEN.map((target) => refused(JSON.stringify(target), get(target))),
  ...METHODS.map((method) =>
    passed(method, head(`${method} /x HTTP/1.1`, 'Host: a'), arrival(`${method} /x`)),
  ),
  ...WITH_LENGTH.map((method) =>
    passed(
      method,
      head(`${method} /x HTTP/1.1`, 'Host: a'),
      arrival(`${method} /x`, ['host: a', 'content-length: 0']),
    ),
  ),
  alone('HEAD', head('HEAD /x HTTP/1.1', 'Host: a', 'Connection: close'), [arrival('HEAD /x')]),
  refused('a method in lower case', head('get /x HTTP/1.1', 'Host: a')),
  refused('an unknown method', head('FROBNICATE /x HTTP/1.1', 'Host: a')),
  refused('a method with a space before it', head(' GET /x HTTP/1.1', 'Host: a')),
  passed('two spaces behind the target', head('GET /x  HTTP/1.1', 'Host: a'), arrival('GET /x')),
  refused('a tab in place of a space', head('GET\t/x HTTP/1.1', 'Host: a')),
  refused('no version', 'GET /x\r\n\r\n'),
  refused('HTTP/0.9', head('GET /x HTTP/0.9', 'Host: a')),
  refused('HTTP/1.2', head('GET /x HTTP/1.2', 'Host: a')),
  refused('HTTP/2.0', head('GET /x HTTP/2.0', 'Host: a')),
  refused('HTTP/2.0 with a body', `${head('POST /x HTTP/2.0', 'Host: a', 'Content-Length: 5')}hello`),
  refused('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  refused('http in lower case', head('GET /x http/1.1', 'Host: a')),
  passed('empty lines before it', `\r\n\r\n${get('/x')}`, arrival('GET /x')),
  { name: 'CONNECT', sent: head('CONNECT a:80 HTTP/1.1', 'Host: a'), arrives: [], statuses: [] },
];

const absolute = (target: string, line: string, host: string): RequestCase => {
  return passed(target, get(target), arrival(line, [`host: ${host}`]));
};

/** A target with a host in it: it outranks the Host header (RFC 9112 section 3.2.2), and chooses no backend. */
export const ABSOLUTE: readonly RequestCase[] = [
  absolute('http://evil.example/x?y=1', 'GET /x?y=1', 'evil.example'),
  absolute('http://evil.example', 'GET /', 'evil.example'),
  absolute('http://evil.example?y', 'GET /?y', 'evil.example'),
  absolute('HTTPS://Evil.Example:8443//b', 'GET //b', 'Evil.Example:8443'),
  absolute('http://[::1]:81/x', 'GET /x', '[::1]:81'),
  absolute('http://169.254.169.254/latest/meta-data/', 'GET /latest/meta-data/', '169.254.169.254'),
];
