import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { faults, type Fault, type FaultyBackend, startFaultyBackend } from 'causeway-proxy/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import { send } from '../../support/live-client.ts';
import { until } from '../../support/live-measure.ts';

async function start(fault: Fault): Promise<FaultyBackend> {
  const faulty = await startFaultyBackend(fault);
  onTestFinished(() => faulty.close());
  return faulty;
}

describe('an unknown fault', () => {
  test('is refused with the names of those that there are', async () => {
    const starting = startFaultyBackend('connection_refuse' as Fault);
    await expect(starting).rejects.toThrow(TypeError);
    await expect(starting).rejects.toThrow(
      /^fault must be one of dns_not_found, .*, got 'connection_refuse'$/,
    );
    for (const name of Object.keys(faults)) await expect(starting).rejects.toThrow(`${name},`);
  });

  test('that is a cause which no backend can bring about is refused with the reason', async () => {
    await expect(startFaultyBackend('circuit_open' as Fault)).rejects.toThrow(
      /^no backend can bring about circuit_open\. The breaker of the gateway opens/,
    );
  });

  test.each([undefined, null, 42, {}, [], '', 'toString', '__proto__', Symbol('x')])('%o', async (name) => {
    await expect(startFaultyBackend(name as Fault)).rejects.toThrow(TypeError);
  });
});

test('requests are told live, in order, with method, path and headers', async () => {
  const faulty = await start('backend_status/503');
  const { requests } = faulty;
  expect(requests).toEqual([]);
  await send(`${faulty.url}/a?b=1`, { headers: { 'X-Test': 'yes' } });
  await send(`${faulty.url}/upload`, { method: 'POST', body: 'GET / HTTP/1.1\r\n\r\n' });
  expect(requests).toMatchObject([
    { method: 'GET', path: '/a?b=1', headers: { 'x-test': 'yes' } },
    { method: 'POST', path: '/upload' },
  ]);
});

describe('close', () => {
  test('closes the server and its connections, once', async () => {
    const faulty = await start('first_byte_timeout');
    const { port, hostname } = new URL(faulty.url);
    const client = connect({ host: hostname, port: Number(port) });
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await until('the request', () => faulty.requests.length === 1);
    const closed = once(client.resume(), 'close');
    expect(faulty.close()).toBe(faulty.close());
    await faulty.close();
    await closed;
    const again = connect({ host: hostname, port: Number(port) });
    const [error] = (await once(again, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });

  test('comes by itself at the end of the block, with await using', async () => {
    let url: string;
    {
      await using faulty = await startFaultyBackend('backend_status');
      url = faulty.url;
      expect((await send(url)).status).toBe(502);
    }
    await expect(send(url)).rejects.toThrow();
  });
});

test('a process with every fault in it ends by itself once they are closed', async () => {
  const program = `
    import { faults, startFaultyBackend } from 'causeway-proxy/testing';
    const all = await Promise.all(Object.keys(faults).map((fault) => startFaultyBackend(fault)));
    await Promise.all(all.map((faulty) => faulty.close()));
    console.log(all.length);`;
  // Rejects when it has to be ended.
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=causeway-source', '--input-type=module', '--eval', program],
    { timeout: 20_000, env: {} },
  );
  expect(stdout.trim()).toBe(String(Object.keys(faults).length));
});
