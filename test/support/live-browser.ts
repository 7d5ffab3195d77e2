import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import chromium, { inflate } from '@sparticuz/chromium';
import { type Browser, chromium as playwright, type Page } from 'playwright-core';

const PACKAGE = fileURLToPath(new URL('../../node_modules/@sparticuz/chromium/', import.meta.url));

/** Flags that switch off what is to be tested, or with which a second page cannot be opened. */
const UNWANTED = ['--disable-web-security', '--allow-running-insecure-content', '--single-process'];

/** The Chromium among the dependencies, which brings its libraries and fonts; elsewhere the Chrome that is installed. */
export async function startBrowser(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return playwright.launch({ channel: 'chrome' });
  const folder = await unpacked();
  return playwright.launch({
    executablePath: join(folder, 'chromium'),
    args: chromium.args.filter((flag) => !UNWANTED.includes(flag)),
    env: {
      ...process.env,
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_PATH: join(folder, 'fonts'),
    },
  });
}

/**
 * Where Chromium is, unpacked by the first who asks. Test files run beside each other: what is half unpacked
 * has another name.
 */
async function unpacked(): Promise<string> {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { version: string };
  const folder = join(tmpdir(), `causeway-chromium-${version}`);
  if (existsSync(folder)) return folder;
  const fresh = await mkdtemp(`${folder}-`);
  await unpackInto(fresh);
  // The package's own looks for fonts in places of its own.
  const fonts = `<fontconfig><dir>${join(folder, 'fonts')}</dir></fontconfig>`;
  await writeFile(join(fresh, 'fonts', 'fonts.conf'), fonts);
  await rename(fresh, folder).catch(async (error: unknown) => {
    await rm(fresh, { recursive: true });
    if (!existsSync(folder)) throw error;
  });
  return folder;
}

/** The package unpacks into the folder for temporary files. */
async function unpackInto(folder: string): Promise<void> {
  const before = process.env['TMPDIR'];
  process.env['TMPDIR'] = folder;
  try {
    await chromium.executablePath();
    await inflate(join(PACKAGE, 'bin', 'al2023.tar.br'));
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
  }
}

/** What a page does beside showing itself. */
export interface Watched {
  /** Messages in the console, exceptions, and what a Content-Security-Policy forbade. */
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

export function watch(page: Page): Watched {
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  return { complaints, requests };
}
