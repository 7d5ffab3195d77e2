import httpProxy from '@fastify/http-proxy';
import { fastify } from 'fastify';
import { serve } from '../contestant-runtime.ts';

await serve(async (backendUrl) => {
  const app = fastify();
  app.register(httpProxy, { upstream: backendUrl });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
});
