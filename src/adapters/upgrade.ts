import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { EMPTY_BODY } from '../engine/body.ts';
import type { Mount } from '../engine/core.ts';
import { climbs } from '../engine/dot-segments.ts';
import { ClientExchange } from '../engine/exchange.ts';
import type { Failed, Upgraded } from '../engine/types.ts';
import { tunnelledUpgrade } from '../engine/upgrade.ts';
import { failed } from '../failure/failed.ts';
import { climbing, rejected } from '../failure/rejected.ts';
import { exchangeStart } from './exchange-start.ts';
import { readsLeniently } from './front-server.ts';
import { type Host, type Particulars, Visit } from './handle.ts';
import { announcesBody } from './open-body.ts';
import { lenientParser } from './refusals.ts';
import { parseTarget, type RequestTarget } from './request.ts';
import { UpgradeClient } from './upgrade-client.ts';
import { switchingHead } from './upgrade-head.ts';
import { targetAt } from './upgrade-path.ts';

/** For `server.on('upgrade', ...)`. Leaves alone what is not for its `upgrade.path`, or was taken by another one. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Upgrades come to every listener of a server: those that one of ours has seen, and those that one has taken. */
const seen = new WeakSet<Duplex>();
const taken = new WeakSet<Duplex>();

/** What a host decides of an upgrade before it is taken, and when it fails. */
export interface UpgradeHost extends Pick<Host, 'answer'> {
  /** Calls back, soon or later, if the upgrade is for this listener. */
  readonly route: (
    message: IncomingMessage,
    socket: Duplex,
    take: (particulars?: Particulars) => void,
  ) => void;
}

export function upgradeListener(given: Mount, host?: UpgradeHost): UpgradeListener {
  const mount = alwaysResponding(given);
  return (message, socket, head) => {
    // Node leaves it without: an error on a connection that nobody takes would end the process.
    if (!seen.has(socket)) socket.on('error', ignore);
    seen.add(socket);
    // Behind the last request of a connection, which closes when its response is through.
    if (socket.writableEnded) return;
    const target = targetAt(parseTarget(message), mount.settings.upgrade);
    if (!target || taken.has(socket)) return;
    const take = (particulars: Particulars = {}): void => {
      if (taken.has(socket)) return;
      taken.add(socket);
      accept(message, socket, head, target, mount, { particulars, answer: host?.answer });
    };
    if (host) host.route(message, socket, take);
    else take();
  };
}

/** There is no error handler to deliver to. */
export function alwaysResponding({ core, settings }: Mount): Mount {
  return { core, settings: { ...settings, errors: { ...settings.errors, deliver: 'respond' } } };
}

function accept(
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  target: RequestTarget,
  mount: Mount,
  { particulars, answer }: Pick<Host, 'answer'> & { readonly particulars: Particulars },
): void {
  const client = clientOn(message, socket, head, mount);
  if (!client) return void socket.destroy();
  const exchange = openExchange(message, client.response, target, mount, particulars);
  const { upgrades } = mount.core;
  const hasPlace = upgrades.take();
  const refusal = hasPlace ? refusalOf(message, mount) : noPlace();
  if (refusal) exchange.cancel(refusal);
  const done = (): void => {
    if (hasPlace) upgrades.give();
  };
  const join = (outcome: Upgraded): Promise<unknown> => {
    const early = client.release();
    socket.write(switchingHead(outcome, exchange.attempts.length), 'latin1');
    return outcome.tunnel(socket, early);
  };
  new Visit(message, client.response, exchange, mount, { done, join, answer }).begin();
}

/** Undefined when the client is gone, or sent an upgrade before it got the response to an earlier request. */
function clientOn(
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { core }: Mount,
): UpgradeClient | undefined {
  if (socket.destroyed) return undefined;
  try {
    return new UpgradeClient(message, socket, head, core.clock);
  } catch {
    return undefined;
  }
}

/** A server must ignore the Upgrade of HTTP/1.0 (RFC 9110 section 7.8): what is left is a plain request. */
function openExchange(
  message: IncomingMessage,
  response: ServerResponse,
  target: RequestTarget,
  mount: Mount,
  particulars: Particulars,
): ClientExchange {
  const isOld = message.httpVersion === '1.0';
  const upgrade = isOld ? undefined : tunnelledUpgrade(message.headers.upgrade);
  const known = { ...particulars, originalUrl: message.url, upgrade };
  return new ClientExchange(exchangeStart(message, response, mount, known, target), EMPTY_BODY);
}

function refusalOf(message: IncomingMessage, mount: Mount): Failed | undefined {
  if (readsLeniently(message)) return lenientParser(mount);
  // No parser of Node's reads it: its bytes would pass for those of the new protocol.
  if (announcesBody(message)) return rejected('A request for an upgrade must not have a body.');
  const isMounted = mount.settings.upgrade.path !== undefined;
  return isMounted && climbs(message.url ?? '/') ? climbing() : undefined;
}

function noPlace(): Failed {
  return failed('pool_saturated', {
    detail: 'There are as many upgraded connections as limits.upgrades allows.',
  });
}

function ignore(): void {
  // It shows in 'close'.
}
