import type { ClientSlot } from './client-slot.ts';
import { eventually } from './eventually.ts';
import { pathOf, type Staged } from './hostile-backend.ts';
import type { HostileCase } from './hostile-case.ts';
import { type Judgement, judge } from './judge/judge.ts';
import type { Rig } from './rig.ts';

let count = 0;

/** Plays one case through a gateway, and judges what came of it. */
export async function runCase(rig: Rig, slot: ClientSlot, one: HostileCase): Promise<Judgement> {
  count += 1;
  const key = String(count);
  const staged: Staged = { one, requests: 0, late: 0, sockets: [], before: [] };
  rig.stage.set(key, staged);
  try {
    const reply = await slot.send(one.method, pathOf(key), key);
    const judgement = judge(one, {
      reply,
      events: await rig.eventsOf(key),
      requests: staged.requests,
      late: staged.late > 0,
      reused: staged.before.length > 0,
      mostRequests: rig.mostRequests,
    });
    return { ...judgement, violations: [...judgement.violations, ...(await unclosed(staged, judgement))] };
  } finally {
    rig.stage.delete(key);
  }
}

/** Only a connection on which a response has ended, and nothing came after it, may be used again. */
async function unclosed({ sockets, one }: Staged, { outcome, truth }: Judgement): Promise<string[]> {
  // Line ends between responses are skipped by some readers, and do no harm.
  const left = Buffer.concat(one.segments)
    .subarray(truth.length)
    .toString('latin1')
    .replace(/^(?:\r\n)+$/, '');
  const mayBeKept = truth.state === 'complete' && left === '' && one.end === 'hold';
  if (mayBeKept && outcome.kind === 'relayed') return [];
  const closed = await eventually(() => sockets.every((socket) => socket.closed));
  return closed ? [] : [`${outcome.kind}, but the connection was kept, with ${left.length} bytes left on it`];
}
