import { readdirSync, readFileSync } from 'node:fs';
import { causes, type CauseRow } from 'causeway-proxy';
import { describe, expect, test } from 'vitest';
import { codeIn, PROSE, tableOf } from './support/readme.ts';

const METHODS = { any: 'any', idempotent: 'idempotent', never: 'none' } as const;
const SOURCES = new URL('../../src/', import.meta.url);
/** Where causes are declared, not produced. */
const DECLARATIONS: readonly string[] = ['failure/causes.ts', 'engine/types.ts'];

const rows = tableOf('Cause').map((row) => [...row.values()]);
const codes = Object.keys(causes);

test('every cause has its row, in order', () => {
  expect(rows.map(([code]) => code)).toEqual(codes.map((code) => `\`${code}\``));
});

describe('rows say what the package does', () => {
  test.each(Object.entries<CauseRow>(causes))('%s', (code, cause) => {
    const { group, reached, retry, elsewhereOnly, status, title, remedy } = cause;
    const retried = METHODS[retry] + (elsewhereOnly ? ', elsewhere' : '');
    const row = [`\`${code}\``, group, reached, retried, String(status), title, remedy];
    expect(rows).toContainEqual(row);
  });
});

test('every group is explained', () => {
  const paragraph = /^Groups: [\s\S]*?\n\n/m.exec(PROSE)?.[0] ?? '';
  expect(new Set(codeIn(paragraph))).toEqual(
    new Set(Object.values<CauseRow>(causes).map(({ group }) => group)),
  );
});

test('causes that nothing produces yet are named as reserved', () => {
  const text = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.ts') && !DECLARATIONS.includes(file))
    .map((file) => readFileSync(new URL(file, SOURCES), 'utf8'))
    .join('\n');
  const reserved = codes.filter((code) => !text.includes(`'${code}'`));
  const sentence = /\bare reserved\b[^.]*\./m.exec(PROSE)?.[0] ?? '';
  expect(codeIn(sentence).sort()).toEqual(reserved.sort());
});
