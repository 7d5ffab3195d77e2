/** Every fault, each behind a gateway of its own. Tells what each was called, and by which Node. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGateway } from 'causeway-proxy';
import { createRequestListener } from 'causeway-proxy/node';
import { type Fault, faults, startFaultyBackend } from 'causeway-proxy/testing';
import { sendFault } from './live-fault-request.ts';
import { optionsOf } from './patient-clock.ts';

const quiet = { warn: () => undefined, error: () => undefined };

async function causeOf(fault: Fault): Promise<string | undefined> {
  const { request } = faults[fault];
  const faulty = await startFaultyBackend(fault);
  const gateway = createGateway({ ...optionsOf(faulty), retry: false, logger: quiet });
  const ended = new Promise<string | undefined>((resolve) => {
    let count = 0;
    gateway.on('exchange', ({ cause }) => {
      count += 1;
      if (count === request.times) resolve(cause);
    });
  });
  const server = createServer(createRequestListener(gateway)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await sendFault(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, request);
  const cause = await ended;
  server.close();
  await gateway.close({ timeoutMs: 1 });
  await faulty.close();
  return cause;
}

/** Some at a time: many more, and the process would be too busy to keep to short limits. */
const AT_A_TIME = 4;

// Loads what makes certificates: in the middle of it, it would hold up the others.
await (await startFaultyBackend('tls_name_mismatch')).close();

const left = Object.keys(faults) as Fault[];
const causes: Partial<Record<Fault, string | undefined>> = {};

async function work(): Promise<void> {
  for (let fault = left.shift(); fault; fault = left.shift()) causes[fault] = await causeOf(fault);
}

await Promise.all(Array.from({ length: AT_A_TIME }, work));
process.send?.({ version: process.version, causes });
