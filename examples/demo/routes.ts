import type { GatewayOptions } from 'causeway-proxy';
import type { BackendName } from './backends.ts';

export type Method = 'GET' | 'POST';

/** One route of both gateways: what stands behind it, and what to expect of it. */
export interface Route {
  readonly path: string;
  readonly backends: readonly BackendName[];
  readonly about: string;
  /** Can every request succeed? Then each one must. */
  readonly canSucceed: boolean;
  readonly options: Omit<GatewayOptions, 'backends'>;
  /** Clients that send at the same time, each one request after the other. */
  readonly clients: Readonly<Partial<Record<Method, number>>>;
}

export const ROUTES: readonly Route[] = [
  {
    path: '/api',
    backends: ['healthy-1', 'refusing', 'healthy-2'],
    about: 'two healthy backends, one that refuses connections',
    canSucceed: true,
    options: {},
    clients: { GET: 4, POST: 4 },
  },
  {
    path: '/catalog',
    backends: ['healthy-1', 'resetting', 'unavailable', 'healthy-2'],
    about: 'two healthy backends, one that resets, one that answers 503',
    canSucceed: true,
    // Half of the backends are bad, and the breakers have yet to learn which: so little traffic would earn too
    // few retries until they have.
    options: { retry: { budget: { minPerSecond: 5 } } },
    // A GET may be repeated after a reset or a 503; a POST may not, and could not always succeed here.
    clients: { GET: 4 },
  },
  {
    path: '/slow',
    backends: ['slow'],
    about: 'one backend, slower than the 300 ms that an attempt may take',
    canSucceed: false,
    options: { timeouts: { firstByteMs: 300 } },
    clients: { GET: 3 },
  },
  {
    path: '/broken',
    backends: ['refusing', 'resetting'],
    about: 'one backend that refuses connections, one that resets',
    canSucceed: false,
    options: {},
    clients: { GET: 1, POST: 1 },
  },
  {
    path: '/unavailable',
    backends: ['unavailable'],
    about: 'one backend, which answers 503',
    canSucceed: false,
    options: {},
    clients: { GET: 1 },
  },
];
