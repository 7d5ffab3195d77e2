/** Failures go to the app's own error handling, in place of the gateway's problem JSON. */
import { GatewayError } from 'causeway-proxy';
import { createProxyMiddleware } from 'causeway-proxy/express';
import express, { type ErrorRequestHandler } from 'express';

const backends = (process.env['BACKENDS'] ?? 'http://127.0.0.1:3001,http://127.0.0.1:3002').split(',');
const proxy = createProxyMiddleware({ backends, errors: { deliver: 'next' } });

const errorPage: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (!(error instanceof GatewayError)) return next(error);
  const { title, requestId, retryable } = error.report;
  const advice = retryable ? 'It is safe to try again.' : 'Please check before you send it again.';
  response.status(error.status).set(error.headers).type('html');
  response.send(
    `<h1>We are sorry</h1><p>${title}. ${advice}</p><p>Reference: <code>${requestId}</code></p>\n`,
  );
};

const app = express();
app.use('/shop', proxy);
app.use(errorPage);

const server = app.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1', (error) => {
  if (error) throw error;
  console.log('Listening on', server.address());
});

process.once('SIGTERM', () => {
  server.close();
  void proxy.gateway.close();
});
