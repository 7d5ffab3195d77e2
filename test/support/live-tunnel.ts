import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { until } from './live-measure.ts';
import { listen, type Listening } from './live-server.ts';
import { requestFor, switchingTo } from './live-upgrade.ts';

/** One end of a tunnel, or of the request for one. Never closes by itself: the test does. */
export class Peer {
  readonly socket: Socket;
  text = '';
  hasEnded = false;
  isClosed = false;
  error: string | undefined = undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')));
    socket.on('end', () => (this.hasEnded = true));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.error = error.code));
    socket.on('close', () => (this.isClosed = true));
  }
}

export interface TunnelBackend extends Listening {
  readonly url: string;
  readonly peers: Peer[];
}

/** A backend that switches to `chat/1` with whoever asks; `head` replaces its 101. */
export async function startTunnels(head = switchingTo('chat/1')): Promise<TunnelBackend> {
  const peers: Peer[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      peers.push(new Peer(socket));
      socket.write(head);
    });
  });
  const listening = await listen(server);
  return { ...listening, url: `http://127.0.0.1:${listening.port}`, peers };
}

/** A client that has asked for a tunnel. */
export function askForTunnel(port: number, target = '/'): Peer {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  socket.write(requestFor('chat/1', target));
  return new Peer(socket);
}

/** A client with a tunnel; what it gets from here on is the backend's. */
export async function openTunnel(port: number, target = '/'): Promise<Peer> {
  const peer = askForTunnel(port, target);
  await until('the switch', () => peer.text.includes('\r\n\r\n'));
  if (!peer.text.startsWith('HTTP/1.1 101 ')) throw new Error(`no tunnel: ${peer.text}`);
  peer.text = peer.text.slice(peer.text.indexOf('\r\n\r\n') + 4);
  return peer;
}
