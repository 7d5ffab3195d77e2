import { isIP } from 'node:net';
import type { BackendSettings, SourceSettings } from '../engine/settings.ts';
import type { DiscoverableBackendOptions, Settings } from '../options.ts';
import { BACKEND_KEYS, checkNames, settleBackend } from './backends.ts';
import { checkKeys, oneOf, show } from './check.ts';
import { withServername } from './tls-options.ts';

/** Backends that are known from the start, and where others come from. */
type Settled = Pick<Settings, 'backends' | 'sources'>;

/** @throws TypeError or RangeError naming the backend by its place in the list. */
export function settleSources(given: unknown): Settled {
  if (isAsyncIterable(given)) return { backends: [], sources: [listsOf('backends', given)] };
  if (!Array.isArray(given) || given.length === 0) {
    throw new TypeError(
      `backends must be an array with at least one URL, or an async iterable of arrays, got ${show(given)}`,
    );
  }
  const backends: BackendSettings[] = [];
  const sources: SourceSettings[] = [];
  for (const [index, entry] of given.entries()) {
    const settled = settleEntry(entry, `backends[${index}]`);
    if ('kind' in settled) sources.push(settled);
    else backends.push(settled);
  }
  checkNames([...backends, ...sources.flatMap((source) => (source.kind === 'lists' ? [] : source.template))]);
  return { backends: Object.freeze(backends), sources: Object.freeze(sources) };
}

function settleEntry(entry: unknown, key: string): BackendSettings | SourceSettings {
  if (isAsyncIterable(entry)) return listsOf(key, entry);
  if (typeof entry === 'string') return settleBackend(entry, key);
  checkKeys(key, entry, [...BACKEND_KEYS, 'discover']);
  const { discover, ...rest } = entry as Partial<DiscoverableBackendOptions>;
  const settled = settleBackend(rest, key);
  if (discover === undefined) return settled;
  // Its backends are named after it, each with its own port.
  const name = 'name' in rest ? settled.target.name : settled.target.hostname;
  const template = { ...settled, target: { ...settled.target, name } };
  oneOf('dns', 'srv')(`${key}.discover`, discover);
  checkTemplate(template, key, discover, new URL(rest.url ?? ''));
  return Object.freeze({ kind: discover, template: discover === 'srv' ? named(template, key) : template });
}

function checkTemplate({ target }: BackendSettings, key: string, kind: 'dns' | 'srv', url: URL): void {
  if (isIP(target.hostname) !== 0) {
    throw new TypeError(
      `${key}.url must have a host name for discover: ${show(kind)}, got ${show(url.host)}`,
    );
  }
  if (target.socketPath !== undefined) {
    throw new TypeError(
      `${key}.socketPath must not be given with discover: ${show(kind)}, got ${show(target.socketPath)}`,
    );
  }
  if (kind === 'dns') return;
  if (url.port !== '') {
    throw new TypeError(`${key}.url must not have a port for discover: "srv", got ${show(url.port)}`);
  }
}

/** Whoever could forge the answer would choose the name in the certificate as well. */
function named(template: BackendSettings, key: string): BackendSettings {
  const { target } = template;
  if (target.protocol === 'http:') return template;
  return { ...template, target: { ...target, tls: withServername(`${key}.tls`, target.tls) } };
}

function listsOf(name: string, lists: AsyncIterable<unknown>): SourceSettings {
  return Object.freeze({
    kind: 'lists',
    name,
    lists,
    settle: (list: unknown) => settleList(list, `a list of ${name}`),
  });
}

function settleList(list: unknown, where: string): readonly BackendSettings[] {
  if (!Array.isArray(list)) throw new TypeError(`${where} must be an array, got ${show(list)}`);
  const settled = list.map((backend: unknown, index) => settleBackend(backend, `${where}: [${index}]`));
  checkNames(settled, where);
  return settled;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
