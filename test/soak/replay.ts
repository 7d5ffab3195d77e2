import { ClientSlot } from '../hostile/client-slot.ts';
import { caseNamed } from '../hostile/corpus.ts';
import type { HostileCase } from '../hostile/hostile-case.ts';
import type { Judgement } from '../hostile/judge/judge.ts';
import { excerpt } from '../hostile/judge/outcome.ts';
import { Rig } from '../hostile/rig.ts';
import { runCase } from '../hostile/run-case.ts';

/** Plays one case, with and without retries. Returns whether all was well. */
export async function replay(name: string): Promise<boolean> {
  const one = caseNamed(name);
  console.log(`${one.name}: ${one.method}, answered with`);
  for (const segment of one.segments) console.log(`  ${excerpt(segment)}`);
  console.log(`  ${one.end}`);
  const judgements = [await play(one, false), await play(one, true)];
  return judgements.every(({ violations }) => violations.length === 0);
}

async function play(one: HostileCase, retry: boolean): Promise<Judgement> {
  const rig = await Rig.start({ adapter: 'node', retry });
  const slot = new ClientSlot(rig.port, '1.1');
  const judgement = await runCase(rig, slot, one);
  slot.close();
  const violations = [...judgement.violations, ...(await rig.close())];
  console.log(`\n${rig.name}: ${describe(judgement)}`);
  for (const violation of violations) console.log(`VIOLATION ${violation}`);
  return { ...judgement, violations };
}

function describe({ outcome }: Judgement): string {
  switch (outcome.kind) {
    case 'wrong':
      return outcome.why;
    case 'refused':
      return `refused, ${outcome.cause}`;
    case 'relayed':
    case 'broken':
      return `${outcome.kind}, status ${outcome.reading.head?.status ?? 'none'}, ${excerpt(outcome.reading.body)}`;
  }
}
