import type { Clock } from './clock.ts';

export interface AddressRecord {
  readonly address: string;
  /** Seconds for which the answer may be used. */
  readonly ttl: number;
}

export type AddressCallback = (
  error: NodeJS.ErrnoException | null,
  records: readonly AddressRecord[],
) => void;

export interface ServiceRecord {
  /** Host name, of which the addresses are still to be found. */
  readonly name: string;
  readonly port: number;
  /** The lowest comes first. */
  readonly priority: number;
  readonly weight: number;
}

export type ServiceCallback = (
  error: NodeJS.ErrnoException | null,
  records: readonly ServiceRecord[],
) => void;

/** What asks a name server: `Resolver` of `node:dns` or of `node:dns/promises`, or anything of that shape. */
export interface Resolver {
  resolve4(hostname: string, options: { readonly ttl: true }, callback: AddressCallback): unknown;
  resolve6(hostname: string, options: { readonly ttl: true }, callback: AddressCallback): unknown;
  /** Needed for backends with `discover: 'srv'` alone. */
  resolveSrv?(hostname: string, callback: ServiceCallback): unknown;
}

export interface ResolvedAddress extends AddressRecord {
  readonly family: 4 | 6;
}

type ResolvedCallback = (error: NodeJS.ErrnoException | null, addresses: readonly ResolvedAddress[]) => void;

/** RFC 8305 section 3: how long one family waits for the other. */
const RESOLUTION_DELAY_MS = 50;

/** Both families at once. One that answers is enough, after a moment in which the other may do so too. */
export function resolveAddresses(
  resolver: Resolver,
  hostname: string,
  clock: Clock,
  callback: ResolvedCallback,
): void {
  const found: ResolvedAddress[] = [];
  const errors: NodeJS.ErrnoException[] = [];
  let open = 2;
  let isOver = false;
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    timer?.cancel();
    if (found.length > 0) callback(null, found);
    else callback(mostTelling(errors) ?? notFound(hostname), []);
  };
  let timer: ReturnType<Clock['after']> | undefined;
  const take =
    (family: 4 | 6) => (error: NodeJS.ErrnoException | null, records: readonly AddressRecord[]) => {
      open -= 1;
      if (error) errors.push(error);
      for (const { address, ttl } of records) found.push({ address, ttl, family });
      if (open === 0) finish();
      else if (found.length > 0) timer = clock.after(RESOLUTION_DELAY_MS, finish);
    };
  ask((answer) => resolver.resolve4(hostname, { ttl: true }, answer), take(4));
  ask((answer) => resolver.resolve6(hostname, { ttl: true }, answer), take(6));
}

/** That one family has no address is no failure when the other could not even be asked for. */
function mostTelling(errors: readonly NodeJS.ErrnoException[]): NodeJS.ErrnoException | undefined {
  return errors.find(({ code }) => code !== 'ENODATA') ?? errors[0];
}

/** Node throws a TypeError of its own for an empty answer. */
function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`no address for ${hostname}`), { code: 'ENOTFOUND', syscall: 'queryA' });
}

/** Calls back once, whether the answer comes through the callback, as a promise, or as an exception. */
export function ask<Answer>(
  query: (callback: (error: NodeJS.ErrnoException | null, answer: readonly Answer[]) => void) => unknown,
  callback: (error: NodeJS.ErrnoException | null, answer: readonly Answer[]) => void,
): void {
  let isAnswered = false;
  const once = (error: NodeJS.ErrnoException | null, answer?: readonly Answer[]): void => {
    if (isAnswered) return;
    isAnswered = true;
    callback(error, error ? [] : (answer ?? []));
  };
  try {
    const result = query(once);
    if (result instanceof Promise) {
      result.then(
        (answer: readonly Answer[]) => once(null, answer),
        (error: NodeJS.ErrnoException) => once(error),
      );
    }
  } catch (error) {
    once(error as NodeJS.ErrnoException);
  }
}
