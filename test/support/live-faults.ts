import type { GatewayOptions } from 'causeway-proxy';
import { type Fault, faults } from 'causeway-proxy/testing';
import type { Lane } from './cause-lanes.ts';
import { type LiveBackend, startNamed } from './live-backend.ts';
import { sendFault } from './live-fault-request.ts';
import type { Observation } from './live-observation.ts';
import { startFault, startWatched } from './live-watched.ts';
import { optionsOf } from './patient-clock.ts';

/** The request that shows a fault, to a gateway that has this backend alone and tries it once. */
export async function alone(
  lane: Lane,
  fault: Fault,
  options: Partial<GatewayOptions>,
): Promise<Observation> {
  const faulty = await startFault(fault);
  const { url, watch } = await startWatched(lane, { ...optionsOf(faulty), ...options, retry: false });
  const { request } = faults[fault];
  return watch.last(await sendFault(url, request), request.times);
}

export interface BesideAnother extends Observation {
  readonly other: LiveBackend;
}

/** A request with such a method, to a gateway that asks the faulty backend first and has a good one beside it. */
export async function besideAnother(lane: Lane, fault: Fault, isIdempotent: boolean): Promise<BesideAnother> {
  const [faulty, other] = [await startFault(fault), await startNamed('the other one')];
  const [first] = faulty.options.backends;
  // Also the second time, when it has become known as a fast one or a slow one.
  const backends = [first, { url: other.url, tier: 1 }];
  const { url, watch } = await startWatched(lane, { ...optionsOf(faulty), backends });
  const { bodyBytes, times } = faults[fault].request;
  const isUpload = bodyBytes > 1;
  const request = isIdempotent
    ? { method: isUpload ? 'PUT' : 'GET', bodyBytes: isUpload ? bodyBytes : 0, times }
    : { method: 'POST', bodyBytes: Math.max(bodyBytes, 1), times };
  return { ...(await watch.last(await sendFault(url, request), times)), other };
}
