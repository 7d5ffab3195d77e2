import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { BLOCKS, blocksIn, PROSE } from './support/readme.ts';

interface Manifest {
  readonly name: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
}

const ROOT = new URL('../../', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as Manifest;

/** Scripts that npm runs without `run`. */
const SHORT: ReadonlySet<string> = new Set(['start', 'test']);

const lines = blocksIn('sh').flatMap(({ code }) => code.trim().split('\n'));
const commands = lines.flatMap((line) =>
  line
    .replace(/#.*$/, '')
    .split('&&')
    .map((command) => command.trim()),
);

test('the two commands are complete, each in a block of its own', () => {
  const blocks = blocksIn('sh').map(({ code }) => code.trim());
  expect(blocks).toContain('npm ci && npm run demo');
  expect(blocks).toContain('npm ci && npm test');
});

test.each([...new Set(commands)])('%s can be run', (command) => {
  const [program, verb = '', name] = command.split(' ');
  expect(program).toBe('npm');
  if (verb === 'ci') expect(existsSync(new URL('package-lock.json', ROOT))).toBe(true);
  else if (verb === 'install') expect(name).toBe(manifest.name);
  else expectScript(verb === 'run' ? (name ?? '') : verb, verb === 'run');
});

function expectScript(name: string, spelledOut: boolean): void {
  expect(spelledOut || SHORT.has(name)).toBe(true);
  const script = manifest.scripts[name] ?? '';
  expect(script).not.toBe('');
  for (const file of script.match(/[\w./-]+\.[jt]s\b/g) ?? []) {
    expect(existsSync(new URL(file, ROOT))).toBe(true);
  }
  for (const [, next = ''] of script.matchAll(/npm run ([\w:-]+)/g)) expectScript(next, true);
}

describe('what package.json says too', () => {
  test('name, Node versions and license', () => {
    expect(PROSE).toMatch(new RegExp(`^# ${manifest.name}$`, 'm'));
    expect(PROSE).toContain(`Node \`${manifest.engines['node']}\``);
    expect(PROSE).toContain(`[${manifest.license}](LICENSE)`);
  });

  test('every entry point is in the table of imports', () => {
    for (const path of Object.keys(manifest.exports)) {
      if (path !== './package.json') expect(PROSE).toContain(`| \`${manifest.name}${path.slice(1)}\``);
    }
  });
});

test('no block is in a language that nobody tries', () => {
  expect(new Set(BLOCKS.map(({ language }) => language))).toEqual(new Set(['js', 'sh', 'console', 'bash']));
});
