/**
 * A gateway whose own process is the problem: `node live-cause-process.ts <lane> <crippling> <options>`. Tells its port,
 * then each event. `files`: no file is left to connect with. `user`: it is a user that may do next to nothing.
 */
import { openSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway, type GatewayOptions } from 'causeway-proxy';
import { createRequestListener } from 'causeway-proxy/node';
import { type Lane, laneOptions } from './cause-lanes.ts';

const [lane, crippling, options = '{}'] = process.argv.slice(2);
const NOBODY = 65_534;

const gateway = createGateway({ ...(JSON.parse(options) as GatewayOptions), ...laneOptions(lane as Lane) });
for (const name of ['attempt', 'exchange', 'breaker'] as const) {
  gateway.on(name, (event: object) => void process.send?.({ name, event }));
}
const listener = createRequestListener(gateway);
const server = createServer((request, response) => {
  // Its own connection has been accepted by now.
  if (crippling === 'files') useUpFiles();
  listener(request, response);
});
server.listen(0, '127.0.0.1', () => {
  if (crippling === 'user' && process.getuid?.() === 0) process.setuid?.(NOBODY);
  process.send?.((server.address() as AddressInfo).port);
});

function useUpFiles(): void {
  try {
    for (;;) openSync('/dev/null', 'r');
  } catch {
    // None is left.
  }
}
