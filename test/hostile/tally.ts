import type { HostileCase } from './hostile-case.ts';
import type { Judgement } from './judge/judge.ts';
import { knownDefectIn } from './known-defects.ts';

/** What became of many cases. */
export class Tally {
  cases = 0;
  readonly outcomes = new Map<string, number>();
  readonly known = new Map<string, number>();
  readonly violations: string[] = [];

  add(one: HostileCase, where: string, { outcome, truth, violations }: Judgement): void {
    this.cases += 1;
    count(this.outcomes, outcome.kind === 'refused' ? outcome.cause : outcome.kind);
    if (violations.length === 0) return;
    const known = knownDefectIn(one, truth);
    if (known !== undefined) return count(this.known, known);
    this.violations.push(`${one.name} (${where}): ${violations.join('; ')}`);
  }
}

function count(counts: Map<string, number>, label: string): void {
  counts.set(label, (counts.get(label) ?? 0) + 1);
}
