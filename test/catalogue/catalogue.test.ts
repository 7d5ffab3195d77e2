import { readFileSync } from 'node:fs';
import { causes } from 'causeway-proxy';
import { faults } from 'causeway-proxy/testing';
import { expect, test } from 'vitest';
import { catalogue, PAGE } from './catalogue.ts';

const written = readFileSync(PAGE, 'utf8');

test('the page of all causes is as `npm run catalogue` would write it', async () => {
  expect(written).toBe(await catalogue());
});

test('every cause has a section, and every fault a row', () => {
  const headings = [...written.matchAll(/^## (\S+)$/gm)].map((match) => match[1]);
  expect(headings).toEqual(Object.keys(causes));
  for (const fault of Object.keys(faults)) expect(written).toMatch(new RegExp(`^\\| \`${fault}\` +\\|`, 'm'));
});
