import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws';
import { onTestFinished } from 'vitest';
import type { BackendPlace } from './live-backend.ts';
import { listen, type Listening } from './live-server.ts';

export { WebSocket } from 'ws';

export interface WebSocketBackend extends Listening {
  readonly url: string;
  /** Handshakes that have arrived. */
  readonly requests: IncomingMessage[];
  /** Those that are open. */
  readonly clients: ReadonlySet<WebSocket>;
}

/** A real WebSocket server. Without a listener it sends back what it gets. */
export async function startWebSockets(
  onConnection: (socket: WebSocket, request: IncomingMessage) => void = echo,
  place: BackendPlace = {},
): Promise<WebSocketBackend> {
  const requests: IncomingMessage[] = [];
  const server = createServer((_request, response) => void response.writeHead(404).end('no WebSocket'));
  const webSockets = new WebSocketServer({ server, maxPayload: 0 });
  webSockets.on('connection', (socket, request) => {
    requests.push(request);
    // What is wrong shows in 'close'.
    socket.on('error', () => undefined);
    onConnection(socket, request);
  });
  const listening = await listen(server, place);
  const { clients } = webSockets;
  return { ...listening, url: `http://127.0.0.1:${listening.port}`, requests, clients };
}

function echo(socket: WebSocket): void {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
}

/** A client that is connected. Rejects with what came instead. Terminated when the test is over. */
export async function openWebSocket(url: string, options: ClientOptions = {}): Promise<WebSocket> {
  const socket = new WebSocket(url.replace('http', 'ws'), options);
  onTestFinished(() => socket.terminate());
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}

/** Why a WebSocket was closed: 1006 when its connection ended without a word. */
export async function closeCodeOf(socket: WebSocket): Promise<number> {
  const [code] = (await once(socket, 'close')) as [number];
  return code;
}

/** The next message. */
export async function messageOn(socket: WebSocket): Promise<string> {
  const [data] = (await once(socket, 'message')) as [Buffer];
  return data.toString();
}
