import type { LoadFailures } from './messages.ts';

export function failureCount({ errors, non2xx, mismatches, lost }: LoadFailures): number {
  return errors + non2xx + mismatches + lost;
}

export function sumFailures(all: readonly LoadFailures[]): LoadFailures {
  const total = (key: keyof LoadFailures): number => all.reduce((sum, failures) => sum + failures[key], 0);
  return {
    errors: total('errors'),
    non2xx: total('non2xx'),
    mismatches: total('mismatches'),
    lost: total('lost'),
  };
}

export function formatFailures({ errors, non2xx, mismatches, lost }: LoadFailures): string {
  return `${errors} errors, ${non2xx} non-2xx, ${mismatches} wrong bodies, ${lost} never answered`;
}
