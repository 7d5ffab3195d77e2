import { createServer } from 'node:http';
import fastProxy from 'fast-proxy';
import { serve } from '../contestant-runtime.ts';

await serve((backendUrl) => {
  const { proxy } = fastProxy({ base: backendUrl });
  return createServer((request, response) => proxy(request, response, request.url ?? '/', {}));
});
