/**
 * A gateway as a process: `node live-gateway-process.ts <express|koa|node> <backend> <more options as JSON>`.
 * Tells its port, and how it is when asked.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway, type GatewayOptions } from 'causeway-proxy';
import { type Adapter, ADAPTERS, appOf } from './live-app.ts';
import type { Vitals } from './live-gateway-fork.ts';

const [name, backend = '', options = '{}'] = process.argv.slice(2);
const adapter: Adapter = ADAPTERS.find((known) => known === name) ?? 'node';
const gateway = createGateway({ backends: [backend], ...(JSON.parse(options) as Partial<GatewayOptions>) });
const { handler, upgrade } = appOf(adapter, gateway);
const server = createServer((request, response) => void handler(request, response));
server.on('upgrade', upgrade);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => {
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  const connections = resources.filter((resource) => resource === 'TCPSocketWrap').length;
  const listeners = server.eventNames().reduce((sum, event) => sum + server.listenerCount(event), 0);
  process.send?.({ rss, heapUsed, connections, listeners } satisfies Vitals);
});
