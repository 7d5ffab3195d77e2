import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { GatewayOptions } from 'causeway-proxy';
import { onTestFinished } from 'vitest';
import type { Adapter } from './live-app.ts';

/** What a gateway's process says of itself, after a collection. */
export interface Vitals {
  readonly rss: number;
  readonly heapUsed: number;
  /** Open TCP connections, of clients and to backends. */
  readonly connections: number;
  readonly listeners: number;
}

export interface ForkedGateway {
  readonly url: string;
  readonly port: number;
  readonly vitals: () => Promise<Vitals>;
  readonly rss: () => Promise<number>;
}

/** A gateway in a process of its own, so that its memory is its own. */
export async function forkGateway(
  adapter: Adapter,
  backend: string,
  options: Partial<GatewayOptions> = {},
): Promise<ForkedGateway> {
  const script = fileURLToPath(new URL('live-gateway-process.ts', import.meta.url));
  const child: ChildProcess = fork(script, [adapter, backend, JSON.stringify(options)], {
    execArgv: ['--conditions=causeway-source', '--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  onTestFinished(async () => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  const [port] = (await once(child, 'message')) as [number];
  const vitals = async (): Promise<Vitals> => {
    child.send('vitals');
    const [answer] = (await once(child, 'message')) as [Vitals];
    return answer;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    vitals,
    rss: async () => (await vitals()).rss,
  };
}
