import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable, Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { attemptOf } from './attempt-key.ts';

type Interceptor<Request, Response> = (
  body: Buffer,
  proxyRes: IncomingMessage,
  request: Request,
  response: Response,
) => Promise<Buffer | string>;

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  br: createBrotliDecompress,
  deflate: createInflate,
  zstd: createZstdDecompress,
};

/** About a body that is sent in another form, or is another one. */
const NOT_COPIED: ReadonlySet<string> = new Set(['content-encoding', 'transfer-encoding', 'trailer']);

/**
 * http-proxy-middleware's `responseInterceptor`: for `on.proxyRes`, with `selfHandleResponse: true`. The same but for
 * failures: a body that breaks off or cannot be decoded, and an interceptor that throws, fail the request, where the
 * original ends the process, or sends its complaint as the body of a complete response.
 */
export function responseInterceptor<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
>(
  interceptor: Interceptor<Request, Response>,
): (proxyRes: IncomingMessage, request: Request, response: Response) => Promise<void> {
  return async (proxyRes, request, response) => {
    try {
      const body = await bodyOf(proxyRes, request.method);
      copyHead(proxyRes, response);
      if (isBodyless(proxyRes.statusCode ?? 0, request.method)) return void response.end();
      await intercept(interceptor, body, proxyRes, request, response);
    } catch (error) {
      // What the backend did wrong is known by now; what is left is the interceptor's.
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  };
}

async function intercept<Request extends IncomingMessage, Response extends ServerResponse>(
  interceptor: Interceptor<Request, Response>,
  body: Buffer,
  proxyRes: IncomingMessage,
  request: Request,
  response: Response,
): Promise<void> {
  let changed: Buffer;
  try {
    changed = Buffer.from((await interceptor(body, proxyRes, request, response)) as string);
  } catch (error) {
    const attempt = attemptOf(response);
    if (!attempt) throw error;
    return attempt.hookThrew('responseInterceptor', error);
  }
  response.removeHeader('trailer');
  response.removeHeader('transfer-encoding');
  response.setHeader('content-length', changed.length);
  response.end(changed);
}

async function bodyOf(proxyRes: IncomingMessage, method: string | undefined): Promise<Buffer> {
  const coding = isBodyless(proxyRes.statusCode ?? 0, method)
    ? undefined
    : proxyRes.headers['content-encoding'];
  const decoder = coding === undefined ? undefined : DECODERS[coding]?.();
  const source: Readable = decoder ?? proxyRes;
  const chunks: Buffer[] = [];
  const done = new Promise<void>((resolve, reject) => {
    source
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', resolve)
      .on('error', reject);
    proxyRes.on('error', reject).on('close', () => {
      if (!proxyRes.complete) reject(new Error('aborted'));
    });
  });
  if (decoder) proxyRes.pipe(decoder);
  await done;
  return Buffer.concat(chunks);
}

function copyHead(proxyRes: IncomingMessage, response: ServerResponse): void {
  if (proxyRes.statusCode !== undefined) response.statusCode = proxyRes.statusCode;
  if (proxyRes.statusMessage) response.statusMessage = proxyRes.statusMessage;
  for (const [name, value] of Object.entries(proxyRes.headers)) {
    if (value === undefined || NOT_COPIED.has(name)) continue;
    response.setHeader(name, name === 'set-cookie' ? withoutDomain(value) : value);
  }
}

/** As http-proxy-middleware does: the cookie is for the host that the client knows. */
function withoutDomain(cookies: string | string[]): string[] {
  return [cookies].flat().map((cookie) => cookie.replace(/;\s*domain=[^;]*/i, ''));
}

function isBodyless(status: number, method: string | undefined): boolean {
  return (
    method?.toUpperCase() === 'HEAD' || status === 204 || status === 304 || (status >= 100 && status < 200)
  );
}
