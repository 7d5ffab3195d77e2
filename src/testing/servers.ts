import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcp, type Socket } from 'node:net';
import type { Place } from './definition.ts';
import type { Scene } from './scene.ts';

/** Called with each request whose head has arrived; its body has not been read. */
export type OnRequest = (socket: Socket, request: IncomingMessage, response: ServerResponse) => void;

/** Node reads the requests; what is answered is up to the fault, byte for byte. */
export async function startHttp(scene: Scene, onRequest: OnRequest): Promise<Place> {
  const server = createHttp((request, response) => {
    scene.record(request);
    onRequest(request.socket, request, response);
  });
  return { url: `http://127.0.0.1:${await scene.listen(server)}` };
}

/** Answers each request with these bytes, and then does what the fault does. */
export function startAnswering(
  scene: Scene,
  bytes: string,
  andThen: (socket: Socket) => void = ignore,
): Promise<Place> {
  return startHttp(scene, (socket, request) => {
    // Unread bytes would turn a close into a reset.
    request.resume();
    socket.write(bytes, 'latin1', () => andThen(socket));
  });
}

/** A server that does not get as far as a request. */
export async function startTcp(scene: Scene, onConnection: (socket: Socket) => void): Promise<Place> {
  return { url: `http://127.0.0.1:${await scene.listen(createTcp(onConnection))}` };
}

function ignore(): void {}
