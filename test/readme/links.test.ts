import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { HEADINGS, PROSE } from './support/readme.ts';

const ROOT = new URL('../../', import.meta.url);
const targets = [...PROSE.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');

/** Anchors as GitHub and npm make them. */
const anchors = HEADINGS.map((heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-'),
);

test('no two headings have the same anchor', () => {
  expect(new Set(anchors).size).toBe(anchors.length);
});

test.each([...new Set(targets)])('%s leads somewhere', (target) => {
  if (target.startsWith('#')) expect(anchors).toContain(target.slice(1));
  else expect(existsSync(new URL(target, ROOT))).toBe(true);
});
