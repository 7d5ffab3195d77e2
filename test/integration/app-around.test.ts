import bodyParser from '@koa/bodyparser';
import { type Gateway, GatewayError } from 'causeway-proxy';
import { createProxyMiddleware as forExpress } from 'causeway-proxy/express';
import { createProxyMiddleware as forKoa } from 'causeway-proxy/koa';
import { createRequestListener } from 'causeway-proxy/node';
import express, { type NextFunction, type Request, type Response } from 'express';
import Koa from 'koa';
import { describe, expect, test } from 'vitest';
import { closedPort, type LiveBackend, startBackend } from '../support/live-backend.ts';
import { readAllFrom, send } from '../support/live-client.ts';
import { makeGateway, serve } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

/** Says what it was sent. */
function startEcho(): Promise<LiveBackend> {
  return startBackend((request, response) => {
    void readAllFrom(request).then((body) => {
      const { method, url, headers } = request;
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ method, url, headers, body: body.toString() }));
    });
  });
}

interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

function echoOf({ body }: { readonly body: Buffer }): Echo {
  return JSON.parse(body.toString()) as Echo;
}

const JSON_POST = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{ "name":  "Zoë",\n "n": 1 }',
};
const FORM_POST = {
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'name=Zo%C3%AB&tag=b+c',
};

describe('mounted under a path', () => {
  test('Express strips the path, as it does for every middleware', async () => {
    const backend = await startEcho();
    const { gateway } = makeGateway({ backends: [`${backend.url}/base`] });
    const app = express().use('/api', forExpress(gateway));
    const { url } = await serve(app);
    expect(echoOf(await send(`${url}/api/users?page=2`)).url).toBe('/base/users?page=2');
    expect(echoOf(await send(`${url}/api`)).url).toBe('/base/');
    expect((await send(`${url}/other`)).status).toBe(404);
  });

  test('two routes share one gateway, each with a policy of its own', async () => {
    const backend = await startBackend((request, response) => {
      setTimeout(() => response.end(request.url), 150);
    });
    const { gateway } = makeGateway({ backends: [backend.url], retry: false });
    const app = express()
      .use('/fast', forExpress(gateway, { timeouts: { firstByteMs: 50 } }))
      .use('/patient', forExpress(gateway));
    const { url } = await serve(app);
    expectFailure(await send(`${url}/fast/x`), 'first_byte_timeout');
    expect((await send(`${url}/patient/x`)).body.toString()).toBe('/x');
  });
});

describe('behind body parsers', () => {
  function parsing(how: 'express' | 'koa', gateway: Gateway) {
    if (how === 'express') {
      return express().use(express.json(), express.urlencoded({ extended: true }), forExpress(gateway));
    }
    const app = new Koa().use(bodyParser()).use(forKoa(gateway));
    app.silent = true;
    return app.callback();
  }

  test.each(['express', 'koa'] as const)('%s: JSON arrives, with its own length', async (how) => {
    const backend = await startEcho();
    const { gateway } = makeGateway({ backends: [backend.url] });
    const { url } = await serve(parsing(how, gateway));
    const echo = echoOf(await send(url, JSON_POST));
    expect(JSON.parse(echo.body)).toEqual({ name: 'Zoë', n: 1 });
    expect(Number(echo.headers['content-length'])).toBe(Buffer.byteLength(echo.body));
  });

  test.each(['express', 'koa'] as const)('%s: a form arrives', async (how) => {
    const backend = await startEcho();
    const { gateway } = makeGateway({ backends: [backend.url] });
    const { url } = await serve(parsing(how, gateway));
    const echo = echoOf(await send(url, FORM_POST));
    expect([...new URLSearchParams(echo.body)]).toEqual([...new URLSearchParams(FORM_POST.body)]);
    expect(Number(echo.headers['content-length'])).toBe(Buffer.byteLength(echo.body));
  });

  test.each(['a=1&a=2', 'a[]=1&a[]=2', 'user[name]=x', 'a[0]=1&a[1]=2'])(
    'a form whose spelling is lost is refused or kept, never changed: %s',
    async (body) => {
      const backend = await startEcho();
      const { gateway } = makeGateway({ backends: [backend.url] });
      const { url } = await serve(parsing('express', gateway));
      const sent = await send(url, { ...FORM_POST, body });
      if (sent.status === 200) {
        expect([...new URLSearchParams(echoOf(sent).body)]).toEqual([...new URLSearchParams(body)]);
      } else {
        expectFailure(sent, 'request_body_consumed');
      }
    },
  );

  test('what the parser kept of the original goes first', async () => {
    const backend = await startEcho();
    const { gateway } = makeGateway({ backends: [backend.url] });
    const verify = (request: object, _response: unknown, bytes: Buffer): void => {
      Object.assign(request, { rawBody: bytes });
    };
    const { url } = await serve(express().use(express.json({ verify }), forExpress(gateway)));
    expect(echoOf(await send(url, JSON_POST)).body).toBe(JSON_POST.body);
  });

  test('a compressed body that was inflated is no longer labelled as compressed', async () => {
    const { gzipSync } = await import('node:zlib');
    const backend = await startEcho();
    const { gateway } = makeGateway({ backends: [backend.url] });
    const { url } = await serve(parsing('express', gateway));
    const headers = { ...JSON_POST.headers, 'content-encoding': 'gzip' };
    const echo = echoOf(await send(url, { ...JSON_POST, headers, body: gzipSync(JSON_POST.body) }));
    expect(echo.headers).not.toHaveProperty('content-encoding');
    expect(JSON.parse(echo.body)).toEqual({ name: 'Zoë', n: 1 });
  });

  test('what cannot be written anew is refused at once', async () => {
    const backend = await startEcho();
    const { gateway } = makeGateway({ backends: [backend.url] });
    const swallow = (request: Request, _response: Response, next: NextFunction): void => {
      request.on('end', () => next()).resume();
    };
    const { url } = await serve(express().use(swallow, forExpress(gateway)));
    const sent = await send(url, { method: 'POST', headers: { 'content-type': 'image/png' }, body: 'png' });
    const problem = expectFailure(sent, 'request_body_consumed');
    expect(problem['attemptCount']).toBe(0);
    expect(sent.ms).toBeLessThan(500);
    expect(backend.requests).toHaveLength(0);
  });

  test('what the parser left alone streams through', async () => {
    const backend = await startEcho();
    const { gateway } = makeGateway({ backends: [backend.url] });
    for (const how of ['express', 'koa'] as const) {
      const { url } = await serve(parsing(how, gateway));
      const body = 'p'.repeat(300_000);
      const sent = await send(url, { method: 'POST', headers: { 'content-type': 'image/png' }, body });
      expect(echoOf(sent).body).toBe(body);
    }
  });
});

describe('headers that the app had set', () => {
  const earlier = {
    'Access-Control-Allow-Origin': 'https://app.example',
    'Access-Control-Expose-Headers': 'X-Total',
    'Strict-Transport-Security': 'max-age=1',
    'Set-Cookie': 'app=1',
    Vary: 'Origin',
    'X-Frame-Options': 'DENY',
    'Content-Encoding': 'gzip',
    ETag: '"app"',
  };

  function appsWith(gateway: Gateway): Record<string, Parameters<typeof serve>[0]> {
    const app = express()
      .use((_request: Request, response: Response, next: NextFunction) => {
        response.set(earlier);
        next();
      })
      .use(forExpress(gateway));
    const koa = new Koa()
      .use((context, next) => {
        context.set(earlier);
        return next();
      })
      .use(forKoa(gateway));
    koa.silent = true;
    const listener = createRequestListener(gateway);
    return {
      express: app,
      koa: koa.callback(),
      node: (request, response) => {
        for (const [name, value] of Object.entries(earlier)) response.setHeader(name, value);
        return listener(request, response);
      },
    };
  }

  test.each(['express', 'koa', 'node'])(
    '%s: they survive a failure, which scripts may read',
    async (name) => {
      const { gateway } = makeGateway({ backends: [`http://127.0.0.1:${await closedPort()}`] });
      const { url } = await serve(appsWith(gateway)[name] ?? expect.fail());
      const sent = await send(url);
      expectFailure(sent, 'connection_refused');
      expect(sent.headers).toMatchObject({
        'access-control-allow-origin': 'https://app.example',
        'strict-transport-security': 'max-age=1',
        'set-cookie': ['app=1'],
        vary: 'Origin, Accept',
        'x-frame-options': 'DENY',
      });
      for (const gone of ['content-encoding', 'etag']) expect(sent.headers).not.toHaveProperty(gone);
      const exposed = String(sent.headers['access-control-expose-headers']).split(', ');
      expect(exposed).toEqual(
        expect.arrayContaining([
          'X-Total',
          'Proxy-Status',
          'Proxy-Cause',
          'Proxy-Attempts',
          'X-Request-Id',
          'Retry-After',
        ]),
      );
    },
  );

  test.each(['express', 'koa', 'node'])(
    '%s: Set-Cookie and Vary are merged, else the backend wins',
    async (name) => {
      const backend = await startBackend((_request, response) => {
        response.writeHead(200, [
          ['Set-Cookie', 'a=1'],
          ['Set-Cookie', 'b=2'],
          ['Vary', 'Accept'],
          ['X-Frame-Options', 'SAMEORIGIN'],
          ['WWW-Authenticate', 'Basic'],
          ['WWW-Authenticate', 'Bearer'],
        ] as unknown as string[]);
        response.end('ok');
      });
      const { gateway } = makeGateway({ backends: [backend.url] });
      const { url } = await serve(appsWith(gateway)[name] ?? expect.fail());
      const sent = await send(url);
      expect(sent.status).toBe(200);
      expect(sent.headers['set-cookie']).toEqual(['app=1', 'a=1', 'b=2']);
      expect(sent.headers.vary?.split(', ').sort()).toEqual(['Accept', 'Origin']);
      expect(sent.headers['x-frame-options']).toBe('SAMEORIGIN');
      expect(sent.headers['www-authenticate']).toBe('Basic, Bearer');
      expect(sent.headers['strict-transport-security']).toBe('max-age=1');
      expect(sent.rawHeaders.filter((word) => word.toLowerCase() === 'x-frame-options')).toHaveLength(1);
    },
  );
});

describe('errors.deliver: next', () => {
  test('Express gets a GatewayError', async () => {
    const { gateway } = makeGateway({
      backends: [`http://127.0.0.1:${await closedPort()}`],
      errors: { deliver: 'next', disclose: 'public' },
    });
    let seen: unknown;
    const app = express()
      .use((_request: Request, response: Response, next: NextFunction) => {
        response.setHeader('X-App', 'yes');
        next();
      })
      .use(forExpress(gateway))
      .use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
        seen = error;
        response.status(error instanceof GatewayError ? error.status : 500).send('our own page');
      });
    const { url } = await serve(app);
    const sent = await send(url);
    expect([sent.status, sent.body.toString()]).toEqual([502, 'our own page']);
    expect(seen).toBeInstanceOf(GatewayError);
    const error = seen as GatewayError;
    expect(error).toMatchObject({
      name: 'GatewayError',
      code: 'connection_refused',
      status: 502,
      expose: true,
    });
    expect(error.cause).toBeInstanceOf(Error);
    expect(error.report).toMatchObject({ cause: 'connection_refused', group: 'overload', retryable: true });
    expect(error.headers).toMatchObject({
      'proxy-cause': 'connection_refused',
      'cache-control': 'no-store',
      'x-app': 'yes',
      'x-request-id': error.report.requestId,
    });
    expect(error.headers).not.toHaveProperty('content-type');
  });

  test('Koa throws it: its own error response keeps the headers, and tells no secret', async () => {
    const port = await closedPort();
    const { gateway } = makeGateway({
      backends: [`http://127.0.0.1:${port}`],
      errors: { deliver: 'next', disclose: 'public' },
    });
    const app = new Koa()
      .use((context, next) => {
        context.set('Access-Control-Allow-Origin', '*');
        return next();
      })
      .use(forKoa(gateway));
    app.silent = true;
    const thrown: unknown[] = [];
    app.on('error', (error) => thrown.push(error));
    const { url } = await serve(app.callback());
    const sent = await send(url);
    expect(sent.status).toBe(502);
    expect(sent.headers['proxy-cause']).toBe('connection_refused');
    expect(sent.headers['access-control-allow-origin']).toBe('*');
    expect(sent.body.toString()).not.toContain(String(port));
    expect(thrown[0] ?? sent).toBeTruthy();
  });

  test('an app may catch it in Koa and answer', async () => {
    const { gateway } = makeGateway({
      backends: [`http://127.0.0.1:${await closedPort()}`],
      errors: { deliver: 'next', status: 'by-cause' },
    });
    const app = new Koa()
      .use(async (context, next) => {
        try {
          await next();
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
          context.status = 503;
          context.body = error.code;
        }
      })
      .use(forKoa(gateway));
    const { url } = await serve(app.callback());
    const sent = await send(url);
    expect([sent.status, sent.body.toString()]).toEqual([503, 'connection_refused']);
  });
});

describe('a response that has been sent already', () => {
  test('is left alone: nothing is forwarded, one line is logged', async () => {
    const backend = await startEcho();
    const { gateway, logs } = makeGateway({ backends: [backend.url] });
    const proxy = forExpress(gateway);
    const app = express().use((request: Request, response: Response, next: NextFunction) => {
      response.send('answered');
      void proxy(request, response, next);
    });
    const { url } = await serve(app);
    expect((await send(url)).body.toString()).toBe('answered');
    expect(backend.requests).toHaveLength(0);
    expect(logs).toHaveLength(1);
    expect(logs[0]?.level).toBe('warn');
  });
});
