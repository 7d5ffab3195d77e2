import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type NetConnectOpts } from 'node:net';
import { Worker } from 'node:worker_threads';
import { moment } from './moment.ts';
import type { Scene } from './scene.ts';

/**
 * A port on which nobody listens, and nobody can: a connection that its server took keeps it. Not the client's
 * end of one: the kernel gives such a port to others who connect, even to itself, which then succeeds.
 */
export async function closedPort(scene: Scene): Promise<number> {
  const server = createServer();
  const port = await scene.listen(server);
  const holder = connect({ host: '127.0.0.1', port });
  scene.keep(holder);
  await Promise.all([once(holder, 'connect'), once(server, 'connection')]);
  server.close();
  return port;
}

/** A port that drops every SYN: its server stands still, and its backlog is full. */
export async function droppingPort(scene: Scene): Promise<number> {
  const place = { host: '127.0.0.1', port: 0 };
  const { port } = (await startStandingStill(scene, place)) as AddressInfo;
  while (await isAccepted({ ...place, port }, scene));
  return port;
}

/** A Unix socket that takes no more connections: its server stands still, and its backlog is full. */
export async function fullUnixSocket(scene: Scene, path: string): Promise<void> {
  await startStandingStill(scene, { path });
  while (await isAccepted({ path }, scene));
}

/** A server in a thread of its own, which does nothing more once it listens. Resolves to its address. */
async function startStandingStill(scene: Scene, place: NetConnectOpts): Promise<unknown> {
  const script = new URL(`full-backlog${extensionOf(import.meta.url)}`, import.meta.url);
  const worker = new Worker(script, { execArgv: [], workerData: place });
  scene.onClose(() => worker.terminate());
  const [address] = (await once(worker, 'message')) as unknown[];
  // It never ends by itself.
  worker.unref();
  return address;
}

/** The sources are TypeScript, the package is not. */
function extensionOf(url: string): string {
  return url.slice(url.lastIndexOf('.'));
}

/** On loopback a connection is made within the call, if at all. */
async function isAccepted(place: NetConnectOpts, scene: Scene): Promise<boolean> {
  const socket = connect(place);
  scene.keep(socket);
  const accepted = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  return Promise.race([accepted, moment().then(() => !socket.connecting && !socket.destroyed)]);
}
