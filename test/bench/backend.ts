import { createServer } from 'node:http';
import { serve } from './contestant-runtime.ts';
import { RESPONSE_BODY, RESPONSE_HEADERS } from './traffic.ts';

// Long enough that no idle connection closes while contestants take turns.
const KEEP_ALIVE_TIMEOUT_MS = 60_000;

const body = Buffer.from(RESPONSE_BODY);

await serve(() =>
  createServer({ keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS }, (request, response) => {
    request.resume();
    response.writeHead(200, RESPONSE_HEADERS);
    response.end(body);
  }),
);
