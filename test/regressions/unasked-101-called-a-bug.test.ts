// A 101 that nobody had asked for, without an Upgrade header, was reported and logged as a bug in the gateway.
import { expect, test } from 'vitest';
import { startRaw } from '../support/live-backend.ts';
import { send } from '../support/live-client.ts';
import { startGateway } from '../support/live-gateway.ts';
import { expectFailure } from '../support/live-problem.ts';

test.each(['', 'Content-Length: 2\r\n', 'Connection: close\r\n', 'Connection: upgrade\r\nUpgrade: x\r\n'])(
  'it is an upgrade that failed, with %j',
  async (lines) => {
    const backend = await startRaw((socket) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines}\r\nok`);
    });
    const gateway = await startGateway('node', { backends: [backend.url] });
    const sent = await send(gateway.url);
    expect(expectFailure(sent, 'upgrade_failed')).toMatchObject({ reached: 'yes' });
    expect(gateway.logs).toEqual([]);
  },
);
