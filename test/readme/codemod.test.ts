import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { blocksIn } from './support/readme.ts';

test('the line that changes imports changes those, and nothing else', () => {
  const [line] = blocksIn('bash').map(({ code }) => code.trim());
  const folder = mkdtempSync(join(tmpdir(), 'causeway-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const before = [
    "import { createProxyMiddleware } from 'http-proxy-middleware';",
    'const { fixRequestBody } = require("http-proxy-middleware");',
    "const later = await import('http-proxy-middleware');",
    "import other from 'http-proxy-middleware-extra';",
    "const text = 'http-proxy-middleware';",
  ];
  writeFileSync(join(folder, 'app.ts'), before.join('\n'));
  const run = (program: string, ...words: string[]): unknown => execFileSync(program, words, { cwd: folder });
  run('git', 'init', '-q');
  run('git', 'add', '.');
  run('sh', '-c', line ?? 'false');
  expect(readFileSync(join(folder, 'app.ts'), 'utf8').split('\n')).toEqual([
    "import { createProxyMiddleware } from 'causeway-proxy/http-proxy-middleware';",
    'const { fixRequestBody } = require("causeway-proxy/http-proxy-middleware");',
    "const later = await import('causeway-proxy/http-proxy-middleware');",
    ...before.slice(3),
  ]);
});
