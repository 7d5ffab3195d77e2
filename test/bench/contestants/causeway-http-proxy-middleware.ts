import { createServer } from 'node:http';
import { createProxyMiddleware } from 'causeway-proxy/http-proxy-middleware';
import express from 'express';
import { serve } from '../contestant-runtime.ts';

await serve((backendUrl) => {
  const app = express();
  app.use(createProxyMiddleware({ target: backendUrl }));
  return createServer(app);
});
