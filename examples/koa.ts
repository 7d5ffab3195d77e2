import { createProxyMiddleware } from 'causeway-proxy/koa';
import Koa from 'koa';

const backends = (process.env['BACKENDS'] ?? 'http://127.0.0.1:3001,http://127.0.0.1:3002').split(',');
const proxy = createProxyMiddleware({ backends });

const app = new Koa();
app.use(proxy);

const server = app.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1', () => {
  console.log('Listening on', server.address());
});

process.once('SIGTERM', () => {
  server.close();
  void proxy.gateway.close();
});
