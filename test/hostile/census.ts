import { eventually } from './eventually.ts';

/** What the process holds on to. */
export interface Census {
  /** Handles and requests that keep it alive, by kind. */
  readonly resources: ReadonlyMap<string, number>;
  /** On the process itself. */
  readonly listeners: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
}

export function takeCensus(): Census {
  globalThis.gc?.();
  const resources = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) resources.set(kind, (resources.get(kind) ?? 0) + 1);
  const { heapUsed, rss } = process.memoryUsage();
  const listeners = process.eventNames().reduce((sum, event) => sum + process.listenerCount(event), 0);
  return { resources, listeners, heapBytes: heapUsed, rssBytes: rss };
}

/** Kinds of which there are still more than before, once what is closing has closed. */
export async function leftSince(before: Census): Promise<string[]> {
  let left: string[] = [];
  await eventually(() => {
    const now = takeCensus();
    left = [...now.resources]
      .filter(([kind, count]) => count > (before.resources.get(kind) ?? 0))
      .map(([kind, count]) => `${kind}: ${before.resources.get(kind) ?? 0} before, ${count} after`);
    if (now.listeners > before.listeners)
      left.push(`listeners: ${before.listeners} before, ${now.listeners} after`);
    return left.length === 0;
  });
  return left;
}
