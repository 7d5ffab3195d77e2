import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { GatewayOptions } from 'causeway-proxy';
import { type Fault, type FaultyBackend, startFaultyBackend } from 'causeway-proxy/testing';
import { onTestFinished } from 'vitest';
import { type Lane, laneOptions } from './cause-lanes.ts';
import { type GatewayPlace, type LiveGateway, startGateway } from './live-gateway.ts';
import { Watch } from './live-observation.ts';

export interface WatchedGateway extends LiveGateway {
  readonly watch: Watch;
}

/** A gateway on this lane, alone in an app, and what it reports. */
export async function startWatched(
  lane: Lane,
  options: GatewayOptions,
  place: GatewayPlace = {},
): Promise<WatchedGateway> {
  const gateway = await startGateway('node', { ...laneOptions(lane), ...options }, place);
  return { ...gateway, watch: Watch.of(gateway.gateway) };
}

/** Closed when the test is over. */
export async function startFault(fault: Fault): Promise<FaultyBackend> {
  const faulty = await startFaultyBackend(fault);
  onTestFinished(() => faulty.close());
  return faulty;
}

interface Report {
  readonly name: Parameters<Watch['take']>[0];
  readonly event: Parameters<Watch['take']>[1];
}

/** A gateway as a process that lacks something. Killed when the test is over. */
export async function startCrippled(lane: Lane, crippling: 'files' | 'user', options: GatewayOptions) {
  const script = fileURLToPath(new URL('live-cause-process.ts', import.meta.url));
  const program = [
    process.execPath,
    '--conditions=causeway-source',
    script,
    lane,
    crippling,
    JSON.stringify(options),
  ];
  // Enough files to start with, and few enough to use up.
  const child = spawn('sh', ['-c', 'ulimit -n 64 && exec "$@"', 'sh', ...program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = (await once(child, 'message')) as [number];
  const watch = new Watch();
  child.on('message', ({ name, event }: Report) => watch.take(name, event));
  return { url: `http://127.0.0.1:${port}`, watch };
}
