import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { arch, availableParallelism, cpus, release, type, totalmem } from 'node:os';

const PACKAGES = [
  'causeway-proxy',
  'undici',
  'express',
  'koa',
  'http-proxy-middleware',
  'httpxy',
  'fastify',
  '@fastify/http-proxy',
  '@fastify/reply-from',
  'fast-proxy',
  'autocannon',
];

/** What the numbers were measured on. */
export interface Environment {
  date: string;
  node: string;
  cpu: string;
  cores: number;
  memoryBytes: number;
  os: string;
  packages: Record<string, string>;
}

export function describeEnvironment(): Environment {
  return {
    date: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    os: `${type()} ${release()} ${arch()}`,
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
  };
}

function versionOf(name: string): string {
  try {
    const file = findPackageJSON(name, import.meta.url);
    if (file === undefined) return 'not found';
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return hasVersion(manifest) ? manifest.version : 'unknown';
  } catch {
    // The report is worth having even when a version is not to be found.
    return 'not found';
  }
}

function hasVersion(manifest: unknown): manifest is { version: string } {
  return (
    typeof manifest === 'object' &&
    manifest !== null &&
    'version' in manifest &&
    typeof manifest.version === 'string'
  );
}
