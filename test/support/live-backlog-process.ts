/** Listens with the smallest backlog there is. Tells its port. */
import { type AddressInfo, createServer } from 'node:net';

const server = createServer();
server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
  process.send?.((server.address() as AddressInfo).port);
});
