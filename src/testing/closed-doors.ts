import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { moment } from './moment.ts';
import type { Scene } from './scene.ts';

/** A port on which nobody listens, and nobody can: it is the local end of a connection. */
export async function closedPort(scene: Scene): Promise<number> {
  const port = await scene.listen(createServer());
  const holder = connect({ host: '127.0.0.1', port });
  scene.keep(holder);
  await once(holder, 'connect');
  return holder.localPort ?? 0;
}

/** A port that drops every SYN: its server stands still, and its backlog is full. */
export async function droppingPort(scene: Scene): Promise<number> {
  const script = new URL(`full-backlog${extensionOf(import.meta.url)}`, import.meta.url);
  const worker = new Worker(script, { execArgv: [] });
  scene.onClose(() => worker.terminate());
  const [{ port }] = (await once(worker, 'message')) as [AddressInfo];
  // Once it has begun, it never ends by itself.
  worker.unref();
  while (await isAccepted(port, scene));
  return port;
}

/** The sources are TypeScript, the package is not. */
function extensionOf(url: string): string {
  return url.slice(url.lastIndexOf('.'));
}

/** On loopback a connection is made within the call, if at all. */
async function isAccepted(port: number, scene: Scene): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  scene.keep(socket);
  const accepted = once(socket, 'connect').then(() => true);
  return Promise.race([accepted, moment().then(() => !socket.connecting)]);
}
