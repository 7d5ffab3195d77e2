/** A gateway as a process: `node live-gateway-process.ts <express|koa|node> <backend>`. Tells its port and its memory. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway } from 'causeway-proxy';
import { type Adapter, ADAPTERS, appOf } from './live-app.ts';

const [name, backend = ''] = process.argv.slice(2);
const adapter: Adapter = ADAPTERS.find((known) => known === name) ?? 'node';
const { handler } = appOf(adapter, createGateway({ backends: [backend] }));
const server = createServer((request, response) => void handler(request, response));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => {
  globalThis.gc?.();
  process.send?.(process.memoryUsage.rss());
});
