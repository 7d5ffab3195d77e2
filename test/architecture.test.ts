import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Path below src, such as `layers/retry/loop.ts`, and text. */
type Sources = ReadonlyMap<string, string>;

/**
 * What each folder may import beside itself, by folder or by file. Types count: a direction that is only
 * erased is still read.
 */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  stats: [],
  engine: [],
  failure: ['engine'],
  layers: ['engine', 'failure', 'stats'],
  backends: ['engine', 'failure', 'stats'],
  forwarders: ['engine', 'failure'],
  adapters: ['engine', 'failure'],
  insight: ['engine/types.ts', 'failure/causes.ts', 'failure/verdict.ts'],
  options: ['options.ts', 'engine', 'insight/logger.ts'],
  'options.ts': ['engine', 'forwarders/forwarder.ts', 'insight/logger.ts'],
  'gateway.ts': [
    'gateway-backends.ts',
    'gateway-discovery.ts',
    'gateway-events.ts',
    'gateway-health.ts',
    'options.ts',
    'options',
    'engine',
    'layers',
    'backends',
    'forwarders',
    'failure',
    'insight',
  ],
  'gateway-events.ts': ['engine', 'backends', 'layers', 'insight'],
  'gateway-discovery.ts': ['options.ts', 'backends', 'insight'],
  'gateway-health.ts': ['options.ts', 'backends', 'forwarders'],
  'gateway-backends.ts': ['options.ts', 'options', 'engine', 'backends'],
  'index.ts': ['gateway.ts', 'gateway-backends.ts', 'options.ts', 'engine', 'failure', 'insight'],
  'express.ts': ['gateway.ts', 'options.ts', 'adapters/express.ts'],
  'koa.ts': ['gateway.ts', 'options.ts', 'adapters/koa.ts'],
  'node.ts': ['gateway.ts', 'options.ts', 'adapters/node.ts'],
  'http-proxy-middleware.ts': ['gateway.ts', 'options.ts', 'options', 'adapters', 'engine', 'forwarders'],
  // Knows what causes there are, and nothing of how the gateway finds out.
  testing: ['engine/types.ts', 'engine/settings.ts', 'engine/clock.ts', 'failure/causes.ts'],
  'testing.ts': ['testing'],
};

/** Leaves: shared words and pure helpers. */
const LEAVES: Readonly<Record<string, readonly string[]>> = {
  'engine/types.ts': ['engine/settings.ts'],
  'engine/settings.ts': ['engine/types.ts'],
};

/** Packages, each where it has its job and nowhere else. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  undici: ['forwarders/'],
  'http-proxy-middleware': ['forwarders/http-proxy-middleware/', 'http-proxy-middleware.ts'],
  opossum: ['backends/gates/'],
  'p-retry': ['layers/retry/'],
  'structured-headers': ['failure/report/proxy-status.ts'],
  '@peculiar/asn1-schema': ['testing/certificates.ts'],
  '@peculiar/asn1-x509': ['testing/certificates.ts'],
  negotiator: ['failure/report/negotiate.ts'],
};

/** Time and chance are arguments everywhere else. */
const CLOCK = 'engine/clock.ts';
const TIME_AND_CHANCE =
  /\b(?:Date\.now|new Date\(\)|performance\.now|setTimeout|setInterval|setImmediate|Math\.random|node:timers)/;

function violationsIn(sources: Sources): string[] {
  const found: string[] = [];
  for (const [file, text] of sources) {
    for (const specifier of importsOf(text)) {
      const complaint = specifier.startsWith('.')
        ? complaintAbout(file, posix.join(posix.dirname(file), specifier))
        : complaintAboutPackage(file, specifier);
      if (complaint) found.push(`${file} -> ${specifier}: ${complaint}`);
    }
    const timed = file === CLOCK ? undefined : TIME_AND_CHANCE.exec(withoutComments(text))?.[0];
    if (timed !== undefined) found.push(`${file}: ${timed} outside ${CLOCK}`);
  }
  return found;
}

function importsOf(text: string): string[] {
  const code = withoutComments(text);
  const statements = code.matchAll(/\b(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]/g);
  const bare = code.matchAll(/\bimport\s*\(?\s*['"]([^'"]+)['"]/g);
  const required = code.matchAll(/\brequire\s*\(\s*['"]([^'"]+)['"]/g);
  return [...statements, ...bare, ...required].map((match) => match[1] ?? '');
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function complaintAbout(from: string, to: string): string | undefined {
  const leaf = LEAVES[from];
  if (leaf) return leaf.includes(to) ? undefined : 'a leaf imports nothing';
  const fromPart = partOf(from);
  const toPart = partOf(to);
  if (fromPart === toPart) return mechanismsClash(from, to) ? 'one mechanism knows another one' : undefined;
  const allowed = ALLOWED[fromPart];
  if (!allowed) return `${fromPart} is not in the table`;
  return allowed.some((one) => one === to || one === toPart) ? undefined : 'not in this direction';
}

/** A folder directly below src, or a file there. */
function partOf(file: string): string {
  return file.split('/')[0] ?? '';
}

/** A layer is a file or a folder in `layers`; a gate is a file in `backends/gates`. */
function mechanismsClash(from: string, to: string): boolean {
  const [one, other] = [mechanismOf(from), mechanismOf(to)];
  return one !== undefined && other !== undefined && one !== other;
}

/** Parts of gates that are no gates themselves. */
const PARTS: Readonly<Record<string, string>> = {
  'backends/gates/breaker-passes.ts': 'backends/gates/breaker.ts',
  'backends/gates/circuit.ts': 'backends/gates/breaker.ts',
  'backends/gates/slow-calls.ts': 'backends/gates/breaker.ts',
  // And of the adaptive limit.
  'backends/gates/sample-window.ts': 'backends/gates/adaptive-limit.ts',
};

function mechanismOf(file: string): string | undefined {
  const whole = PARTS[file] ?? file;
  if (whole.startsWith('layers/')) return whole.split('/').slice(0, 2).join('/');
  return whole.startsWith('backends/gates/') ? whole : undefined;
}

function complaintAboutPackage(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('node:')) return undefined;
  const places = PACKAGES[specifier];
  if (!places) return 'not a dependency';
  return places.some((place) => file.startsWith(place)) ? undefined : `only in ${places.join(', ')}`;
}

const root = new URL('../src/', import.meta.url);

function readSources(): Sources {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
  return new Map(files.map((file) => [file, readFileSync(new URL(file, root), 'utf8')]));
}

test('src keeps the direction', () => {
  const sources = readSources();
  expect(sources.size).toBeGreaterThan(50);
  expect(violationsIn(sources)).toEqual([]);
});

test('every folder of src is in the table', () => {
  const parts = new Set([...readSources().keys()].map(partOf));
  expect([...parts].filter((part) => !(part in ALLOWED))).toEqual([]);
});

/** The allow list of destinations is kept in one place, and so all connections are made there. */
function dials(text: string): boolean {
  const imports = text.matchAll(/\bimport \{([^}]*)\} from 'node:(?:net|tls|https?|http2)'/g);
  const names = [...imports].flatMap(([, list = '']) => list.split(',').map((name) => name.trim()));
  return names.some((name) => /^(?:connect|createConnection|request|get)\b/.test(name));
}

test('only the connector opens connections', () => {
  const dialling = [...readSources()].filter(([file, text]) => !file.startsWith('testing/') && dials(text));
  // A mirror asks by an agent of ours, whose connections the connector makes.
  const mirror = 'forwarders/http-proxy-middleware/mirror.ts';
  expect(dialling.map(([file]) => file).sort()).toEqual(['forwarders/connector.ts', mirror]);
});

describe('the check itself sees', () => {
  const check = (file: string, text: string): string[] => violationsIn(new Map([[file, text]]));

  test.each<[string, string, string]>([
    ['a layer that knows the backends', 'layers/guard.ts', "import { Pool } from '../backends/pool.ts';"],
    ['backends that know a layer', 'backends/pool.ts', "import { x } from '../layers/guard.ts';"],
    ['a layer that knows another one', 'layers/guard.ts', "import { x } from './retry/budget.ts';"],
    [
      'a part of a layer that knows another one',
      'layers/retry/loop.ts',
      "import { x } from '../pause/y.ts';",
    ],
    ['a gate that knows another one', 'backends/gates/breaker.ts', "import { x } from './concurrency.ts';"],
    ['a type across', 'layers/guard.ts', "import type { Pool } from '../backends/pool.ts';"],
    ['an inline type across', 'layers/guard.ts', "import { type Pool } from '../backends/pool.ts';"],
    ['a re-export across', 'failure/x.ts', "export { y } from '../layers/guard.ts';"],
    ['a whole re-export', 'failure/x.ts', "export * from '../layers/guard.ts';"],
    ['an import over several lines', 'stats/x.ts', "import {\n  a,\n  b,\n} from '../engine/types.ts';"],
    ['an import for its effect', 'engine/x.ts', "import '../failure/causes.ts';"],
    ['a dynamic import', 'engine/x.ts', "const y = await import('../failure/causes.ts');"],
    ['a require', 'engine/x.ts', "const y = require('../failure/causes.ts');"],
    ['an engine that knows failures', 'engine/exchange.ts', "import { x } from '../failure/failed.ts';"],
    ['statistics that know anything', 'stats/x.ts', "import type { Clock } from '../engine/clock.ts';"],
    ['insight that knows a mechanism', 'insight/log.ts', "import { x } from '../layers/guard.ts';"],
    ['insight that knows more of the engine', 'insight/log.ts', "import { x } from '../engine/clock.ts';"],
    ['forwarders that know statistics', 'forwarders/x.ts', "import { x } from '../stats/peak-ewma.ts';"],
    ['adapters that know forwarders', 'adapters/koa.ts', "import { x } from '../forwarders/direct.ts';"],
    ['anything that knows the gateway', 'adapters/koa.ts', "import { x } from '../gateway.ts';"],
    ['options that know the gateway', 'options/settle.ts', "import { x } from '../gateway.ts';"],
    ['a gateway that knows an adapter', 'gateway.ts', "import { x } from './adapters/koa.ts';"],
    ['a leaf that imports', 'engine/types.ts', "import type { Clock } from './clock.ts';"],
    ['faulty backends that know the gateway', 'testing/x.ts', "import { x } from '../forwarders/direct.ts';"],
    ['a folder nobody decided on', 'helpers/x.ts', "import { x } from '../engine/types.ts';"],
    ['a library out of place', 'layers/guard.ts', "import { Pool } from 'undici';"],
    ['a library nobody decided on', 'layers/guard.ts', "import _ from 'lodash';"],
    ['the time of day', 'layers/guard.ts', 'const now = Date.now();'],
    ['a clock', 'stats/x.ts', 'const now = performance.now();'],
    ['a timer', 'backends/queue.ts', 'setTimeout(run, 5);'],
    ['an interval', 'backends/queue.ts', 'setInterval(run, 5);'],
    ['chance', 'backends/balance/peak-ewma.ts', 'return Math.random();'],
  ])('%s', (_what, file, text) => {
    expect(check(file, text)).toHaveLength(1);
  });

  test.each<[string, string, string]>([
    ['its own folder', 'layers/retry/loop.ts', "import { x } from './budget.ts';"],
    ['a direction that is allowed', 'layers/guard.ts', "import { x } from '../failure/failed.ts';"],
    [
      'the clock itself',
      'engine/clock.ts',
      'setTimeout(() => performance.now() + Date.now(), Math.random());',
    ],
    ['a library in its place', 'forwarders/direct.ts', "import { Pool } from 'undici';"],
    ['a part of a gate', 'backends/gates/breaker.ts', "import { Circuit } from './circuit.ts';"],
    ['what is only spoken of', 'layers/guard.ts', "/** from '../backends/pool.ts' and setTimeout */"],
  ])('and lets pass %s', (_what, file, text) => {
    expect(check(file, text)).toEqual([]);
  });
});
