import { createServer } from 'node:http';
import express from 'express';
import { createBareUndiciHandler } from '../bare-undici.ts';
import { serve } from '../contestant-runtime.ts';

await serve((backendUrl) => {
  const app = express();
  app.use(createBareUndiciHandler(backendUrl));
  return createServer(app);
});
