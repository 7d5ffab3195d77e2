import type { IncomingMessage } from 'node:http';

/** What is known of the parser of a `node:http` server. */
interface FrontServer {
  readonly insecureHTTPParser?: boolean;
  readonly httpValidation?: string;
}

const FLAG = '--insecure-http-parser';

/** The last one that was found to be strict: usually there is no other. */
let strict: object | undefined;

/**
 * Does the server in front read requests leniently? It would take for one request what another reader takes for two,
 * and tell nobody.
 */
export function readsLeniently({ socket }: IncomingMessage): boolean {
  const { server } = socket as { server?: FrontServer };
  if (server === undefined || server === strict) return false;
  const isLenient = isInsecure(server);
  if (!isLenient) strict = server;
  return isLenient;
}

function isInsecure({ insecureHTTPParser, httpValidation }: FrontServer): boolean {
  if (insecureHTTPParser !== undefined) return insecureHTTPParser;
  if (httpValidation !== undefined) return httpValidation === 'insecure';
  return process.execArgv.includes(FLAG) || (process.env['NODE_OPTIONS'] ?? '').split(/\s+/).includes(FLAG);
}
