import { createServer } from 'node:http';
import { createProxyMiddleware } from 'causeway-proxy/koa';
import Koa from 'koa';
import { serve } from '../contestant-runtime.ts';

await serve((backendUrl) => {
  const app = new Koa();
  app.use(createProxyMiddleware({ backends: [backendUrl] }));
  const handle = app.callback();
  return createServer((request, response) => void handle(request, response));
});
