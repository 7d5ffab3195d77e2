import type { IncomingMessage, ServerResponse } from 'node:http';
import { Pool, type Dispatcher } from 'undici';
import { withoutConnectionHeaders } from './raw-headers.ts';

/**
 * The least a proxy on undici can do: no timeouts of its own, no retry, no cancelling, no error page.
 * A floor to measure against, not something to deploy.
 */
export function createBareUndiciHandler(
  backendUrl: string,
): (request: IncomingMessage, response: ServerResponse) => void {
  const pool = new Pool(backendUrl);
  return (request, response) => {
    const { method = 'GET', url = '/' } = request;
    const headers = withoutConnectionHeaders(request.rawHeaders);
    const body = method === 'GET' || method === 'HEAD' ? null : request;
    pool.dispatch({ method, path: url, headers, body }, new Relay(response));
  };
}

class Relay implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  onRequestStart(): void {}

  onResponseStart({ rawHeaders }: Dispatcher.DispatchController, statusCode: number): void {
    this.#response.writeHead(
      statusCode,
      withoutConnectionHeaders(Array.isArray(rawHeaders) ? rawHeaders : []),
    );
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#response.write(chunk)) return;
    controller.pause();
    this.#response.once('drain', () => controller.resume());
  }

  onResponseEnd(): void {
    this.#response.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#response.destroy(error);
  }
}
