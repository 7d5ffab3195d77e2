import { createServer } from 'node:http';
import { createProxyMiddleware } from 'causeway-proxy/express';
import express from 'express';
import { serve } from '../contestant-runtime.ts';

await serve((backendUrl) => {
  const app = express();
  app.use(createProxyMiddleware({ backends: [backendUrl] }));
  return createServer(app);
});
