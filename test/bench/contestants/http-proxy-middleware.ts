import { Agent, createServer } from 'node:http';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { serve } from '../contestant-runtime.ts';

await serve((backendUrl) => {
  const app = express();
  app.use(createProxyMiddleware({ target: backendUrl, agent: new Agent({ keepAlive: true }) }));
  return createServer(app);
});
