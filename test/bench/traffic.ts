// The one request and the one answer that every contestant carries.

export const REQUEST_PATH = '/api/items/42?fields=name,tags';

export const REQUEST_HEADERS: Record<string, string> = {
  accept: 'application/json',
  'accept-encoding': 'gzip, br',
  'user-agent': 'bench-client/1.0',
};

export const RESPONSE_BYTES = 150;

const item = { id: 42, name: 'A small wooden bridge', tags: ['bridge', 'wood', 'small'], note: '' };
const paddingBytes = RESPONSE_BYTES - JSON.stringify(item).length;

export const RESPONSE_BODY = JSON.stringify({ ...item, note: 'x'.repeat(paddingBytes) });

export const RESPONSE_HEADERS: Record<string, string | number> = {
  'Content-Type': 'application/json; charset=utf-8',
  'Content-Length': RESPONSE_BYTES,
  'Cache-Control': 'private, max-age=0, must-revalidate',
  ETag: '"96-4b5GkqXW0mYxk1nL2d8oTQ"',
  Vary: 'Accept-Encoding',
  'X-Request-Id': '5f0c9f7e-2c6b-4c55-9a3e-0d6b1f3f9a10',
  'X-Content-Type-Options': 'nosniff',
};
