import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { acceptSwitch } from '../upgrade-switch.ts';
import { MiddlewareAttempt } from './attempt.ts';
import type { ShimHeaders } from './request-shim.ts';
import { bareSocket, hookedSocket } from './socket-shim.ts';

/**
 * A WebSocket handshake through http-proxy-middleware. It makes the request, and hooks see it; what the backend answers
 * goes to the engine, so that another backend can be asked as long as none has switched.
 */
export class MiddlewareUpgrade extends MiddlewareAttempt {
  #socket: EventEmitter | undefined;

  /** http-proxy-middleware knows WebSocket alone, and takes the server from the connection. */
  static canTake({ upgrade, client, request }: MiddlewareAttempt['exchange']): boolean {
    const server = (client?.message.socket as { readonly server?: unknown } | undefined)?.server;
    return upgrade?.toLowerCase() === 'websocket' && request.method === 'GET' && server !== undefined;
  }

  override switched(message: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.isSettled) return void socket.destroy();
    if (head.length > 0) socket.unshift(head);
    const { exchange, attempt, context } = this;
    const { instance } = context;
    const onJoin = (): void => {
      instance.tell('open', socket);
      instance.tell('proxySocket', socket);
    };
    const outcome = acceptSwitch(
      { raw: message.rawHeaders, parsed: message.headers, socket },
      { exchange, attempt, clock: context.clock, onJoin },
      context.name,
    );
    if (outcome.kind === 'failed') return this.fail(outcome);
    socket.once('end', () => instance.tell('close', message, socket, head));
    this.settle(outcome);
    process.nextTick(() => this.closed());
  }

  /** A backend that does not switch answers as to any request. */
  override mayRespond(message: IncomingMessage): boolean {
    if (!super.mayRespond(message)) return false;
    this.responded(message);
    if (!this.isSettled) this.relayFrom(message);
    return false;
  }

  protected override send(headers: ShimHeaders): void {
    const { client, upgrade } = this.exchange;
    if (!client || upgrade === undefined) return;
    const request = this.makeRequest({ ...headers, connection: 'Upgrade', upgrade });
    const { socket } = client.message;
    const shim = this.context.settings.isHooked ? hookedSocket(socket) : bareSocket();
    this.#socket = shim;
    // It has no body: all of it is sent when there is a connection.
    this.handedOver();
    this.context.instance.upgrade(request, shim as unknown as Socket);
  }

  protected override closed(): void {
    this.#socket?.emit('close');
  }
}
