export interface Contestant {
  /** Also the name of its program in `contestants/`. */
  id: string;
  name: string;
}

export const BARE_UNDICI_IN_EXPRESS = 'bare-undici-express';
export const HTTP_PROXY_MIDDLEWARE = 'http-proxy-middleware';

export const CONTESTANTS: readonly Contestant[] = [
  { id: 'causeway-express', name: 'causeway in Express 5' },
  { id: 'causeway-koa', name: 'causeway in Koa 3' },
  { id: 'causeway-node', name: 'causeway on node:http' },
  { id: 'causeway-http-proxy-middleware', name: 'causeway through http-proxy-middleware in Express 5' },
  { id: BARE_UNDICI_IN_EXPRESS, name: 'bare undici in Express 5' },
  { id: 'bare-undici-node', name: 'bare undici on node:http' },
  { id: HTTP_PROXY_MIDDLEWARE, name: 'http-proxy-middleware 4 in Express 5' },
  { id: 'fastify-http-proxy', name: '@fastify/http-proxy' },
  { id: 'fast-proxy', name: 'fast-proxy on node:http' },
  { id: 'raw-http', name: 'raw http.request on node:http' },
];

export function programOf(contestant: Contestant): URL {
  return new URL(`./contestants/${contestant.id}.ts`, import.meta.url);
}

/** By id or by name, whatever the case. */
export function findContestant(wanted: string): Contestant | undefined {
  const lowered = wanted.trim().toLowerCase();
  return CONTESTANTS.find(({ id, name }) => id === lowered || name.toLowerCase() === lowered);
}
