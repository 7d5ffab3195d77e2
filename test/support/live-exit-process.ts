/** Uses a live and a dead backend through gateways that are never closed, and has nothing more to do. */
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequestListener } from 'causeway-proxy/node';

async function statusesOf(backend: string, count: number): Promise<number[]> {
  const listener = createRequestListener({ backends: [backend] });
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const statuses: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const status = await new Promise<number>((resolve, reject) => {
      const options = { port, host: '127.0.0.1', agent: false };
      get(options, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      }).on('error', reject);
    });
    statuses.push(status);
  }
  server.close();
  return statuses;
}

const [live = '', dead = ''] = process.argv.slice(2);
process.send?.({ statuses: [...(await statusesOf(live, 3)), ...(await statusesOf(dead, 10))] });
