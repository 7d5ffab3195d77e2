import { createServer } from 'node:http';
import { createRequestListener } from 'causeway-proxy/node';

const backends = (process.env['BACKENDS'] ?? 'http://127.0.0.1:3001,http://127.0.0.1:3002').split(',');
const proxy = createRequestListener({ backends });

const server = createServer((request, response) => void proxy(request, response));
server.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1', () => {
  console.log('Listening on', server.address());
});

process.once('SIGTERM', () => {
  server.close();
  void proxy.gateway.close();
});
