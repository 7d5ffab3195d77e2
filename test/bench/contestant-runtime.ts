import { once } from 'node:events';
import type { Server } from 'node:http';
import { attachToParent, send } from './child-runtime.ts';
import type { ParentMessage, Usage } from './messages.ts';

const BYTES_PER_KIBIBYTE = 1024;

/** Runs a server as a child of the bench. The one program argument is the backend's URL. */
export async function serve(start: (backendUrl: string) => Server | Promise<Server>): Promise<void> {
  attachToParent(answer);
  const server = await start(process.argv[2] ?? '');
  if (!server.listening) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  send({ kind: 'listening', port: portOf(server) });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no TCP port');
  return address.port;
}

function answer(message: ParentMessage): void {
  if (message.kind === 'usage') send(currentUsage());
}

function currentUsage(): Usage {
  const { user, system } = process.cpuUsage();
  const maxRssBytes = process.resourceUsage().maxRSS * BYTES_PER_KIBIBYTE;
  return { kind: 'usage', cpuMicroseconds: user + system, maxRssBytes };
}
