import { createServer } from 'node:http';
import { createRequestListener } from 'causeway-proxy/node';
import { serve } from '../contestant-runtime.ts';

await serve((backendUrl) => {
  const listener = createRequestListener({ backends: [backendUrl] });
  return createServer((request, response) => void listener(request, response));
});
