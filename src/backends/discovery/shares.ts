/** One backend of a service record. */
export interface Weighed {
  readonly priority: number;
  readonly weight: number;
  /** Addresses that share the record's weight. */
  readonly among: number;
}

/** RFC 2782: a weight of 0 beside others means a very small chance. */
const LEAST_SHARE = 0.01;

/** The weight of each relative to the heaviest of its priority, which has 1. */
export function sharesOf(backends: readonly Weighed[]): number[] {
  const heaviest = new Map<number, number>();
  const weights = backends.map(({ priority, weight, among }) => {
    const each = weight / among;
    heaviest.set(priority, Math.max(heaviest.get(priority) ?? 0, each));
    return each;
  });
  return backends.map(({ priority }, index) => {
    const most = heaviest.get(priority) ?? 0;
    return most === 0 ? 1 : Math.max((weights[index] ?? 0) / most, LEAST_SHARE);
  });
}
