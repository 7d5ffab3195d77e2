import { createServer } from 'node:http';
import { createBareUndiciHandler } from '../bare-undici.ts';
import { serve } from '../contestant-runtime.ts';

await serve((backendUrl) => createServer(createBareUndiciHandler(backendUrl)));
