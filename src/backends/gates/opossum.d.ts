/** The part of opossum 10 that the breaker gate uses; the package brings no types of its own. */
declare module 'opossum' {
  import type { EventEmitter } from 'node:events';

  interface Status {
    increment(property: 'fires' | 'failures' | 'successes'): void;
    rotateBucket(): void;
  }

  interface Options {
    readonly timeout: false;
    readonly resetTimeout: number;
    readonly errorThresholdPercentage: number;
    readonly volumeThreshold: number;
    readonly rollingCountTimeout: number;
    readonly rollingCountBuckets: number;
    readonly rollingPercentilesEnabled: false;
    readonly enableSnapshots: false;
    readonly rotateBucketController: EventEmitter;
    readonly state?: { readonly closed: boolean; readonly halfOpen: boolean };
  }

  export default class CircuitBreaker extends EventEmitter {
    constructor(action: () => unknown, options: Options);
    readonly opened: boolean;
    readonly closed: boolean;
    readonly halfOpen: boolean;
    readonly status: Status;
    fire(): Promise<unknown>;
    open(): void;
    close(): void;
    shutdown(): void;
  }
}
