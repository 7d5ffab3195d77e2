import { createServer, type ServerOptions } from 'node:http';
import { describe, expect, test } from 'vitest';
import { sendRaw } from '../support/live-client.ts';
import { ADAPTERS, appOf, makeGateway } from '../support/live-gateway.ts';
import { startRecorder } from '../support/live-recorder.ts';
import { listen } from '../support/live-server.ts';
import { requestFor } from '../support/live-upgrade.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

describe.each(ADAPTERS)('a server in front, %s', (adapter) => {
  async function start(options: ServerOptions) {
    const backend = await startRecorder();
    const { gateway, logs } = makeGateway({ backends: [backend.url] }, { expectErrors: true });
    const { handler, upgrade } = appOf(adapter, gateway);
    const server = createServer(options, (request, response) => void handler(request, response));
    const { port } = await listen(server.on('upgrade', upgrade));
    return { port, backend, logs };
  }

  test.each<ServerOptions>([{ insecureHTTPParser: true }, { httpValidation: 'insecure' }])(
    'that takes what is malformed is refused from the first request on: %j',
    async (options) => {
      const { port, backend, logs } = await start(options);
      for (const bytes of [GET, GET, requestFor('chat/1')]) {
        const { text } = await sendRaw(port, bytes);
        expect(text).toMatch(/^HTTP\/1\.1 502 /);
        expect(text).toContain('Proxy-Cause: configuration_error');
      }
      expect(backend.requests).toEqual([]);
      expect(logs).toEqual([
        {
          level: 'error',
          details: { option: 'insecureHTTPParser' },
          message: 'The server in front of the gateway uses an insecure HTTP parser.',
        },
      ]);
    },
  );

  test.each<ServerOptions>([{}, { insecureHTTPParser: false }, { httpValidation: 'relaxed' }])(
    'that is strict is fine: %j',
    async (options) => {
      const { port, logs } = await start(options);
      expect((await sendRaw(port, GET)).text).toMatch(/^HTTP\/1\.1 200 /);
      expect(logs).toEqual([]);
    },
  );
});
