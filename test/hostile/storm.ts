import { ClientSlot } from './client-slot.ts';
import type { HostileCase } from './hostile-case.ts';
import type { Rig } from './rig.ts';
import { runCase } from './run-case.ts';
import type { Tally } from './tally.ts';

/** One client in so many speaks HTTP/1.0. */
const OLD_CLIENT = 8;

/** Runs all cases through one gateway, so many at a time. */
export async function storm(
  rig: Rig,
  cases: Iterable<HostileCase>,
  concurrency: number,
  tally: Tally,
): Promise<void> {
  const later: HostileCase[] = [];
  const queue = apart(cases, later);
  const slots = Array.from(
    { length: concurrency },
    (_, index) => new ClientSlot(rig.port, index % OLD_CLIENT === OLD_CLIENT - 1 ? '1.0' : '1.1'),
  );
  await Promise.all(slots.map((slot) => work(rig, slot, queue, tally)));
  for (const slot of slots.splice(1)) slot.close();
  for (const slot of slots) {
    await work(rig, slot, later.values(), tally);
    slot.close();
  }
}

/** Those that must be alone wait in `later`. */
function* apart(cases: Iterable<HostileCase>, later: HostileCase[]): Generator<HostileCase, void> {
  for (const one of cases) {
    if (one.alone) later.push(one);
    else yield one;
  }
}

/** Several workers take from one queue: `for of` would close it for the others. */
async function work(rig: Rig, slot: ClientSlot, queue: Iterator<HostileCase>, tally: Tally): Promise<void> {
  for (let next = queue.next(); !next.done; next = queue.next()) {
    const judgement = await runCase(rig, slot, next.value);
    tally.add(next.value, rig.name, judgement);
    // What went wrong is not to be laid at the next one's door.
    if (judgement.violations.length > 0) slot.close();
  }
}
