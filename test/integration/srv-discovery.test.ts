import { createServer } from 'node:https';
import { expect, test } from 'vitest';
import { startNamed } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { type LiveDns, startDns } from '../support/live-dns.ts';
import { type LiveGateway, startGateway } from '../support/live-gateway.ts';
import { makeCertificate } from '../support/live-http2.ts';
import { until } from '../support/live-measure.ts';
import { listen } from '../support/live-server.ts';

const SERVICE = '_api._tcp.test';

function start(dns: LiveDns): Promise<LiveGateway> {
  return startGateway('node', {
    backends: [{ url: `http://${SERVICE}`, discover: 'srv' }],
    discovery: { minTtlMs: 100 },
    resolver: dns.resolver,
    breaker: { consecutiveFailures: 1 },
  });
}

const record = (target: string, port: number, priority: number, weight = 1) => ({
  target,
  port,
  priority,
  weight,
});

async function answersOf({ url }: LiveGateway, count: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < count; i += 1) {
    const who = (await send(url)).body.toString();
    counts[who] = (counts[who] ?? 0) + 1;
  }
  return counts;
}

test('priorities are tiers: the second is used when the first is dead, and no longer than that', async () => {
  const [main, spare] = [await startNamed('main'), await startNamed('spare')];
  const dns = await startDns({
    [SERVICE]: { SRV: [record('n1.test', main.port, 10), record('n2.test', spare.port, 20)] },
    'n1.test': { A: ['127.0.0.1'] },
    'n2.test': { A: ['127.0.0.1'] },
  });
  const gateway = await start(dns);
  expect(await answersOf(gateway, 20)).toEqual({ main: 20 });
  expect(gateway.gateway.backends.list().map(({ name, tier }) => [name, tier])).toEqual([
    [`${SERVICE}@127.0.0.1:${main.port}`, 10],
    [`${SERVICE}@127.0.0.1:${spare.port}`, 20],
  ]);
  await main.close();
  expect(await answersOf(gateway, 20)).toEqual({ spare: 20 });
  await startNamed('main', { port: main.port });
  const back = async (): Promise<boolean> => (await send(gateway.url)).body.toString() === 'main';
  for (let i = 0; !(await back()); i += 1) {
    expect(i).toBeLessThan(500);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

test('weights are shares, and change with the records, as ports do', async () => {
  const [a, b] = [await startNamed('a'), await startNamed('b')];
  const dns = await startDns({
    [SERVICE]: { SRV: [record('n1.test', a.port, 0, 90), record('n1.test', b.port, 0, 10)] },
    'n1.test': { A: ['127.0.0.1'] },
  });
  const gateway = await start(dns);
  expect((await send(gateway.url)).status).toBe(200);
  const weights = (): number[] => gateway.gateway.backends.list().map(({ weight }) => weight);
  expect(weights()).toEqual([1, 10 / 90]);
  dns.say(SERVICE, { SRV: [record('n1.test', b.port, 0, 50)] });
  await until('one backend', () => gateway.gateway.backends.list().length === 1);
  expect(await answersOf(gateway, 10)).toEqual({ b: 10 });
});

test('a name server that fails keeps the last records', async () => {
  const a = await startNamed('a');
  const dns = await startDns({
    [SERVICE]: { SRV: [record('n1.test', a.port, 0)] },
    'n1.test': { A: ['127.0.0.1'] },
  });
  const gateway = await start(dns);
  expect((await send(gateway.url)).status).toBe(200);
  for (const name of [SERVICE, 'n1.test']) {
    dns.say(name, 'SERVFAIL');
    const asked = dns.questions.length;
    await until('more questions', () => dns.questions.length > asked + 6);
    expect((await send(gateway.url)).status).toBe(200);
    dns.say(name, name === SERVICE ? { SRV: [record('n1.test', a.port, 0)] } : { A: ['127.0.0.1'] });
  }
});

test('https: the name in the certificate is the one in the options, whatever a record says', async () => {
  const certificate = makeCertificate('DNS:api.internal');
  const server = createServer(certificate, (request, response) =>
    response.end(`${(request.socket as { servername?: string }).servername} ${request.headers.host}`),
  );
  const { port } = await listen(server);
  const dns = await startDns({
    [SERVICE]: { SRV: [record('n1.test', port, 0)] },
    'n1.test': { A: ['127.0.0.1'] },
  });
  const gateway = await startGateway('node', {
    backends: [
      {
        url: `https://${SERVICE}`,
        discover: 'srv',
        tls: { ca: certificate.cert, servername: 'api.internal' },
      },
    ],
    headers: { host: 'backend' },
    resolver: dns.resolver,
  });
  expect((await send(gateway.url)).body.toString()).toBe(`api.internal n1.test:${port}`);
});

test('https with discover: dns: SNI and certificate go by the host of the URL', async () => {
  const certificate = makeCertificate('DNS:api.test');
  const server = createServer(certificate, (request, response) =>
    response.end((request.socket as { servername?: string }).servername),
  );
  const { port } = await listen(server);
  const dns = await startDns({ 'api.test': { A: ['127.0.0.1'] } });
  const gateway = await startGateway('node', {
    backends: [{ url: `https://api.test:${port}`, discover: 'dns', tls: { ca: certificate.cert } }],
    resolver: dns.resolver,
  });
  expect((await send(gateway.url)).body.toString()).toBe('api.test');
});
