import type { Forward, Layer } from './types.ts';

/** Wraps `innermost` in the layers; the first one listed is the outermost. */
export function compose(layers: readonly Layer[], innermost: Forward): Forward {
  return layers.reduceRight((next, layer) => layer(next), innermost);
}
