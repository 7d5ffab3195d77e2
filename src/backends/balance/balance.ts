import type { Random } from '../../engine/clock.ts';
import type { BalanceSettings } from '../../engine/settings.ts';
import type { Balancer } from './balancer.ts';
import { HashBalancer } from './hash.ts';
import { latencyOf } from './peak-ewma.ts';
import { RoundRobin } from './round-robin.ts';
import { TwoChoices } from './two-choices.ts';

/** A balancer for one tier. */
export function createBalancer(balance: BalanceSettings, random: Random): Balancer {
  switch (balance) {
    case 'peak-ewma':
      return new TwoChoices(random, latencyOf);
    case 'least-pending':
      return new TwoChoices(random, () => 1);
    case 'round-robin':
      return new RoundRobin();
    default:
      return new HashBalancer(balance.hash, new TwoChoices(random, () => 1));
  }
}
