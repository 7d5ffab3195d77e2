import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedPort, droppingPort, fullUnixSocket } from '../closed-doors.ts';
import type { FaultDefinitions, Place } from '../definition.ts';
import { startNameServer } from '../name-server.ts';
import type { Scene } from '../scene.ts';
import { startTcp } from '../servers.ts';

export const connectFaults = {
  connection_refused: {
    description: 'Nobody listens on the port of the backend.',
    start: async (scene) => ({ url: `http://127.0.0.1:${await closedPort(scene)}` }),
  },
  'connection_refused/two_addresses': {
    description: 'The name of the backend has two addresses, and nobody listens on either.',
    start: startNowhereTwice,
  },
  'connection_refused/no_unix_socket': {
    description: 'The Unix socket of the backend is not there.',
    start: async (scene) => onUnixSocket(join(folderOf(scene), 'missing.sock')),
  },
  'connection_refused/dead_unix_socket': {
    description: 'The Unix socket of the backend was left behind by a server that is gone.',
    start: startDeadUnixSocket,
  },
  'connection_refused/full_unix_socket': {
    description: 'The Unix socket of the backend takes no more connections: its server does not accept them.',
    start: startFullUnixSocket,
  },
  connection_timeout: {
    description: 'The backend drops every SYN: it does not accept, and its backlog is full.',
    options: { timeouts: { connectMs: 200 } },
    start: async (scene) => ({ url: `http://127.0.0.1:${await droppingPort(scene)}` }),
  },
  host_unreachable: {
    description: 'The address of the backend is one that the system has no route to: 255.255.255.255.',
    start: async () => ({ url: 'http://255.255.255.255:9' }),
  },
  connection_reset: {
    description:
      'The backend accepts and resets at once, before a gateway in the same process has seen that it is connected.',
    start: (scene) => startTcp(scene, (socket) => void socket.resetAndDestroy()),
  },
} as const satisfies FaultDefinitions;

async function startNowhereTwice(scene: Scene): Promise<Place> {
  // A machine may use the whole of 127.0.0.0/8, or 127.0.0.1 alone: there the second has no route.
  return startNameServer(
    scene,
    { code: 0, addresses: ['127.0.0.1', '127.0.0.2'] },
    {},
    await closedPort(scene),
  );
}

function folderOf(scene: Scene): string {
  const folder = mkdtempSync(join(tmpdir(), 'causeway-testing-'));
  scene.onClose(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function onUnixSocket(socketPath: string): Place {
  return { url: 'http://backend.test', socketPath };
}

async function startFullUnixSocket(scene: Scene): Promise<Place> {
  const path = join(folderOf(scene), 'full.sock');
  await fullUnixSocket(scene, path);
  return onUnixSocket(path);
}

/** Servers take their socket along when they close, but not under another name. */
async function startDeadUnixSocket(scene: Scene): Promise<Place> {
  const folder = folderOf(scene);
  const [living, dead] = [join(folder, 'living.sock'), join(folder, 'dead.sock')];
  const server = createServer();
  server.listen(living);
  await once(server, 'listening');
  renameSync(living, dead);
  server.close();
  await once(server, 'close');
  return onUnixSocket(dead);
}
