import type { FaultDefinition, FaultName } from './definition.ts';
import { bodyFaults } from './faults/body.ts';
import { certificateFaults } from './faults/certificate.ts';
import { connectFaults } from './faults/connect.ts';
import { dnsFaults } from './faults/dns.ts';
import { headFaults } from './faults/head.ts';
import { http2Faults } from './faults/http2.ts';
import { requestFaults } from './faults/request.ts';
import { stallFaults } from './faults/stall.ts';
import { tlsFaults } from './faults/tls.ts';
import type { BackendCause, FaultRow } from './types.ts';

/** Every fault there is, in the order in which a request meets them. A cause without one does not compile. */
export const definitions = {
  ...dnsFaults,
  ...connectFaults,
  ...certificateFaults,
  ...tlsFaults,
  ...requestFaults,
  ...stallFaults,
  ...headFaults,
  ...bodyFaults,
  ...http2Faults,
} satisfies Record<BackendCause, FaultDefinition>;

/** A cause code, for the usual way to bring it about; or `cause/variant`, for another one. */
export type Fault = keyof typeof definitions;

/** What each fault does and what shows it. Frozen. */
export const faults: Readonly<Record<Fault, FaultRow>> = Object.freeze(
  Object.fromEntries(
    Object.entries<FaultDefinition>(definitions).map(([name, definition]) => [
      name,
      rowOf(name as Fault, definition),
    ]),
  ) as Record<Fault, FaultRow>,
);

export function isFault(name: unknown): name is Fault {
  return typeof name === 'string' && Object.hasOwn(definitions, name);
}

function rowOf(
  name: FaultName,
  { description, options = {}, request, afterHead }: FaultDefinition,
): FaultRow {
  return Object.freeze({
    cause: name.split('/')[0] as BackendCause,
    description,
    options: Object.freeze(options.timeouts ? { timeouts: Object.freeze({ ...options.timeouts }) } : {}),
    request: Object.freeze({ method: 'GET', bodyBytes: 0, times: 1, ...request } as const),
    afterHead: afterHead ?? false,
  });
}
