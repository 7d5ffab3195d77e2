/** A backend as a process, which tells its port, and of each request; it answers a little later. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((_request, response) => {
  process.send?.('asked');
  setTimeout(() => response.end('ok'), 100);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
