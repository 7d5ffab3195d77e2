import type { Destination } from '../engine/settings.ts';
import { type DialOptions, settleTarget } from './compatible-target.ts';

/** What requests may name is without bound. */
const MOST = 10_000;

/** Reads targets that are named request by request; the same one is read once. */
export function destinationTable(dial: DialOptions): (target: unknown) => Destination {
  const byText = new Map<string, Destination>();
  const byObject = new WeakMap<object, Destination>();
  return (target) => {
    const isObject = typeof target === 'object' && target !== null && !(target instanceof URL);
    const known = isObject ? byObject.get(target) : byText.get(String(target));
    if (known) return known;
    const key = isObject ? JSON.stringify(target) : String(target);
    const destination = Object.freeze({ key, backend: settleTarget(target, "router's target", dial) });
    if (isObject) byObject.set(target, destination);
    else {
      if (byText.size >= MOST) byText.clear();
      byText.set(key, destination);
    }
    return destination;
  };
}
