/** Two routes with limits of their own share one gateway: its backends, breakers and retry budget. */
import { createGateway } from 'causeway-proxy';
import { createProxyMiddleware } from 'causeway-proxy/express';
import express from 'express';

const backends = (process.env['BACKENDS'] ?? 'http://127.0.0.1:3001,http://127.0.0.1:3002').split(',');
const gateway = createGateway({ backends });

gateway.on('exchange', ({ method, path, outcome, status, cause, attemptCount, ms }) => {
  console.log('exchange', { method, path, outcome, status, cause, attemptCount, ms: Math.round(ms) });
});
gateway.on('breaker', ({ backend, state, cause, openMs }) => {
  console.log('breaker', { backend, state, cause, openMs });
});

const app = express();
// Somebody waits for the answer: an attempt may take half a second, all of them together two.
app.use('/search', createProxyMiddleware(gateway, { timeouts: { firstByteMs: 500, deadlineMs: 2_000 } }));
// Takes its time, and must not be computed twice.
app.use('/reports', createProxyMiddleware(gateway, { timeouts: { firstByteMs: 50_000 }, retry: false }));

const server = app.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1', (error) => {
  if (error) throw error;
  console.log('Listening on', server.address());
});

process.once('SIGTERM', () => {
  server.close();
  void gateway.close();
});
