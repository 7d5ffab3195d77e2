import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codeIn, README, tableOf } from '../readme/support/readme.ts';
import { SCENARIOS } from '../readme/support/scenarios.ts';
import { type Conditions, type Installed, install, REPOSITORY } from './support/installed.ts';
import { run } from './support/run.ts';

const INSTALL_LIMIT_MS = 120_000;
/** For this repository's own development: the sources, which are not published. */
const DEVELOPMENT_CONDITION = 'causeway-source';

let installed: Installed;

beforeAll(async () => {
  installed = await install();
}, INSTALL_LIMIT_MS);

afterAll(() => installed.remove());

/** Entry points that are code, and their targets by condition. */
function entries(): [string, Conditions][] {
  const { name, exports } = installed.manifest;
  return Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string' ? [] : [[name + path.slice(1), target] as [string, Conditions]],
  );
}

describe('the tarball', () => {
  test('has the built package, README, LICENSE and package.json, and nothing else', () => {
    const outside = [...installed.files.keys()].filter((file) => !/^dist\/.+\.(js|d\.ts)$/.test(file));
    expect(outside.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(installed.files.get('README.md')).toBe(README);
    expect(installed.files.get('LICENSE')).toMatch(/^MIT License/);
  });

  test('has everything that `exports` names, but for the sources', () => {
    for (const [entry, { [DEVELOPMENT_CONDITION]: source, ...targets }] of entries()) {
      expect(source).toMatch(/^\.\/src\//);
      expect(Object.keys(targets)).toEqual(['types', 'default']);
      for (const target of Object.values(targets)) {
        expect([...installed.files.keys()], entry).toContain(target.slice(2));
      }
    }
    expect(entries().length).toBeGreaterThan(3);
  });

  test('tells nothing of the machine that made it', () => {
    const folders = [REPOSITORY.replace(/\/$/, ''), installed.project, 'file://', '/node_modules/'];
    for (const [file, text] of installed.files) {
      for (const folder of folders) expect(text.includes(folder), `${folder} in ${file}`).toBe(false);
      expect(text, file).not.toMatch(/\bregistry\.[\w-]+\.\w+/);
    }
  });

  test('has no source maps, and points to none', () => {
    for (const [file, text] of installed.files) expect(text, file).not.toContain('sourceMappingURL');
  });

  test('publint has no complaints', async () => {
    const tarball = readFileSync(installed.tarball);
    const { buffer, byteOffset, byteLength } = tarball;
    const { messages, pkg } = await publint({
      pack: { tarball: buffer.slice(byteOffset, byteOffset + byteLength) },
      strict: true,
    });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });
});

describe('entry points', () => {
  /** What each of them exports, as told by the program, in the installed project. */
  async function exportsOf(program: string, type: 'module' | 'commonjs'): Promise<Record<string, string[]>> {
    const names = entries().map(([name]) => name);
    const args = [`--input-type=${type}`, '--eval', program, ...names];
    const { exitCode, output, errors } = await run(process.execPath, args, installed.project);
    expect([exitCode, errors]).toEqual([0, '']);
    return JSON.parse(output) as Record<string, string[]>;
  }

  function documented(): Record<string, string[]> {
    const rows = tableOf('Import').map((row): [string, string[]] => {
      const [name = ''] = codeIn(row.get('Import') ?? '');
      const exported = codeIn(row.get('Exports') ?? '').map((code) => code.replace(/\(.*/, ''));
      // Other code in these cells belongs to Node.
      return [name, exported.filter((one) => !one.includes('.')).sort()];
    });
    return Object.fromEntries(rows);
  }

  test('can be imported, and export what the README says', async () => {
    const program = `
      const found = {};
      for (const name of process.argv.slice(1)) found[name] = Object.keys(await import(name)).sort();
      console.log(JSON.stringify(found));`;
    expect(await exportsOf(program, 'module')).toEqual(documented());
  });

  test('can be required', async () => {
    const program = `
      const found = {};
      for (const name of process.argv.slice(1)) found[name] = Object.keys(require(name)).sort();
      console.log(JSON.stringify(found));`;
    expect(await exportsOf(program, 'commonjs')).toEqual(documented());
  });

  test('need neither Express nor Koa', async () => {
    const program = `
      require('node:module').registerHooks({
        resolve(specifier, context, next) {
          if (/^(express|koa)$/.test(specifier)) throw new Error(specifier + ' was imported');
          return next(specifier, context);
        },
      });
      for (const name of process.argv.slice(1)) require(name);
      console.log('{}');`;
    expect(await exportsOf(program, 'commonjs')).toEqual({});
  });
});

describe('the snippets of the README', () => {
  test.each(['Express', 'Koa'])('%s', async (name) => {
    const scenario = SCENARIOS[name];
    expect(scenario).toBeDefined();
    await scenario?.(name, { folder: installed.project, flags: [] });
  });
});

describe('causeway-proxy/testing', () => {
  async function causesOf(program: string): Promise<unknown> {
    const args = ['--input-type=module', '--eval', program];
    const { exitCode, output, errors } = await run(process.execPath, args, installed.project);
    expect([exitCode, errors]).toEqual([0, '']);
    return JSON.parse(output);
  }

  /** Leaves the causes of these faults in `named`. */
  const nameThem = (faults: readonly string[]): string => `
    import { createServer } from 'node:http';
    import { createRequestListener } from 'causeway-proxy/node';
    import { startFaultyBackend } from 'causeway-proxy/testing';
    const named = [];
    for (const fault of ${JSON.stringify(faults)}) {
      const faulty = await startFaultyBackend(fault);
      const listener = createRequestListener(faulty.options);
      const server = createServer(listener);
      await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { headers } = await fetch('http://127.0.0.1:' + server.address().port);
      named.push(headers.get('proxy-cause'));
      server.closeAllConnections();
      server.close();
      await Promise.all([listener.gateway.close(), faulty.close()]);
    }`;

  test('brings failures about from the built package', async () => {
    // One with a thread of its own, one with certificates, one with a name server.
    const faults = ['connection_timeout', 'tls_certificate_expired', 'dns_not_found'];
    expect(await causesOf(`${nameThem(faults)} console.log(JSON.stringify(named));`)).toEqual(faults);
  });

  test('loads what makes certificates only when some are needed', async () => {
    const watch = `
      import { registerHooks } from 'node:module';
      const loaded = new Set();
      registerHooks({
        resolve(specifier, context, next) {
          if (specifier.startsWith('@peculiar/')) loaded.add(specifier);
          return next(specifier, context);
        },
      });`;
    // Imports come first, and the hooks must be there before them.
    const later = (faults: readonly string[]): string =>
      `${watch} ${nameThem(faults).replace(/import (\{.*\}) from ('.*');/g, 'const $1 = await import($2);')}
      console.log(JSON.stringify([...named, ...loaded]));`;
    expect(await causesOf(later(['connection_refused']))).toEqual(['connection_refused']);
    expect(await causesOf(later(['tls_name_mismatch']))).toContain('@peculiar/asn1-x509');
  });
});

describe('TypeScript', () => {
  const compiler = join(REPOSITORY, 'node_modules', 'typescript', 'bin', 'tsc');
  const strict = ['--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess'];
  const options = ['--noEmit', '--target', 'es2022', '--types', 'node', '--skipLibCheck', 'false', ...strict];

  /** What the compiler says about a user's file, and which files it read. */
  async function compile(
    name: string,
    source: string,
    ...more: string[]
  ): Promise<{ complaints: string[]; read: string[] }> {
    const file = `${name}.ts`;
    writeFileSync(join(installed.project, file), source);
    const args = [compiler, ...options, ...more, '--listFiles', file];
    const { output, errors } = await run(process.execPath, args, installed.project);
    expect(errors).toBe('');
    const lines = output.split('\n').filter((line) => line !== '');
    return {
      complaints: lines.filter((line) => /\berror TS\d+/.test(line)),
      read: lines.filter((line) => !/\berror TS\d+/.test(line)),
    };
  }

  const onNodeAlone = `
    import { createServer } from 'node:http';
    import {
      type CauseCode, causes, createGateway, type ExchangeEvent, GatewayError, type GatewayOptions,
    } from 'causeway-proxy';
    import { createProxyMiddleware as forExpress } from 'causeway-proxy/express';
    import { createProxyMiddleware as forKoa } from 'causeway-proxy/koa';
    import { createRequestListener } from 'causeway-proxy/node';
    import { type Fault, faults, type FaultyBackend, startFaultyBackend } from 'causeway-proxy/testing';

    const options: GatewayOptions = {
      backends: ['http://127.0.0.1:3001', { url: 'https://b.internal', name: 'b', weight: 2 }],
      retry: { when: ({ headers }, cause) => 'idempotency-key' in headers && cause !== 'backend_status' },
      errors: { status: 'by-cause', render: ({ title }) => ({ contentType: 'text/plain', body: title }) },
    };
    const gateway = createGateway(options);
    const off: () => void = gateway.on('exchange', ({ cause, ms }: ExchangeEvent) => console.log(cause, ms));
    const server = createServer(createRequestListener(gateway, { retry: false }));
    for (const proxy of [forExpress(gateway), forKoa(gateway)]) server.on('upgrade', proxy.upgrade);
    const code: CauseCode = 'connection_refused';
    const title: string = causes[code].title;
    export const closed: Promise<void> = gateway.close({ timeoutMs: 1 });
    export const isOurs = (error: unknown): string => (error instanceof GatewayError ? error.code : title);
    off();
    const fault: Fault = 'closed_before_response/reset';
    export const tried: Promise<CauseCode> = startFaultyBackend(fault).then((faulty: FaultyBackend) => {
      createGateway({ ...faulty.options, retry: false });
      return faults[fault].cause;
    });
  `;

  test('users need only @types/node', async () => {
    const { complaints, read } = await compile('plain', onNodeAlone, '--module', 'nodenext');
    expect(complaints).toEqual([]);
    expect(read.filter((file) => /@types\/(express|koa)\b/.test(file))).toEqual([]);
    expect(read.filter((file) => file.includes('causeway-proxy/dist/')).length).toBeGreaterThan(4);
  });

  test('wrong options do not compile', async () => {
    const wrong = [
      `backends: [{ name: 'a' }]`,
      `backends: ['http://a'], timeout: { firstByteMs: 1 }`,
      `backends: ['http://a'], headers: { host: 'keep' }`,
    ];
    const calls = wrong.map((literal) => `createGateway({ ${literal} });`);
    const source = [`import { createGateway } from 'causeway-proxy';`, ...calls].join('\n');
    const { complaints } = await compile('wrong', source, '--module', 'nodenext');
    expect(complaints.map((line) => /^wrong\.ts\((\d+),/.exec(line)?.[1])).toEqual(['2', '3', '4']);
  });

  const withFrameworks = `
    import express from 'express';
    import Koa from 'koa';
    import { createGateway, GatewayError } from 'causeway-proxy';
    import { createProxyMiddleware as forExpress } from 'causeway-proxy/express';
    import { createProxyMiddleware as forKoa } from 'causeway-proxy/koa';

    const gateway = createGateway({ backends: ['http://127.0.0.1:3001'] });
    const app = express();
    app.use(forExpress(gateway));
    app.use('/api', express.json(), forExpress(gateway, { retry: false }));
    app.all('/files/*path', forExpress(gateway));
    const onError: express.ErrorRequestHandler = (error: unknown, _request, response, next) => {
      if (!(error instanceof GatewayError)) return next(error);
      response.status(error.status).set(error.headers).send(error.report.title);
    };
    app.use(onError);
    const proxy = forKoa(gateway);
    const koa = new Koa();
    koa.use(proxy);
    koa.use((ctx, next) => (ctx.path.startsWith('/api/') ? proxy(ctx, next) : next()));
    koa.use(async (ctx, next) => {
      await next().catch((error: unknown) => {
        if (error instanceof GatewayError) ctx.set(error.headers as Record<string, string | string[]>);
      });
    });
    koa.listen(8080).on('upgrade', proxy.upgrade);
  `;

  test('the middleware fits the types of Express and Koa', async () => {
    // The other way in which users resolve packages.
    const resolution = ['--module', 'esnext', '--moduleResolution', 'bundler'];
    const { complaints, read } = await compile('frameworks', withFrameworks, ...resolution);
    expect(read.some((file) => file.includes('@types/koa/'))).toBe(true);
    // What the frameworks' own types have to complain of among themselves is not about this package.
    expect(complaints.filter((line) => !line.startsWith('node_modules/@types/'))).toEqual([]);
  });
});
