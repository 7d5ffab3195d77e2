import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOrThrow } from './run.ts';

export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

export type Conditions = Readonly<Record<string, string>>;

export interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | Conditions>>;
}

/** A user's empty project, in which the packed package has been installed. */
export interface Installed {
  readonly project: string;
  readonly tarball: string;
  /** The installed package. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Paths in the package, with slashes, and text. */
  readonly files: ReadonlyMap<string, string>;
  readonly remove: () => void;
}

/** What users have beside it; in the versions that this repository is tested with. */
const BESIDE = ['express', 'koa', '@types/node', '@types/express', '@types/koa'];

/** Packs the package as it is published, and installs it as a user would. Once for all tests: it takes seconds. */
export async function install(): Promise<Installed> {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'causeway-packaging-')));
  const tarball = await pack(project);
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }\n');
  const packages = [tarball, ...BESIDE.map((name) => `${name}@${readManifest(packageFolder(name)).version}`)];
  const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];
  await runOrThrow('npm', ['install', ...quietly, ...packages], project);
  const folder = join(project, 'node_modules', 'causeway-proxy');
  return {
    project,
    tarball,
    folder,
    manifest: readManifest(folder),
    files: readFiles(folder),
    remove: () => rmSync(project, { recursive: true, force: true }),
  };
}

async function pack(destination: string): Promise<string> {
  await runOrThrow('npm', ['pack', '--pack-destination', destination], REPOSITORY);
  const [tarball, ...others] = readdirSync(destination).filter((file) => file.endsWith('.tgz'));
  if (tarball === undefined || others.length > 0) throw new Error('npm pack did not make one tarball');
  return join(destination, tarball);
}

function packageFolder(name: string): string {
  return join(REPOSITORY, 'node_modules', name);
}

function readManifest(folder: string): Manifest & { readonly version: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest & { version: string };
}

function readFiles(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(path, 'utf8')];
      }),
  );
}
