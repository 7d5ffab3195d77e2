import { expect, test } from 'vitest';
import { blocksIn } from './support/readme.ts';
import { SCENARIOS } from './support/scenarios.ts';

const snippets = blocksIn('js', 'ts', 'javascript', 'typescript').map(({ name }) => name);

test('every snippet is tried', () => {
  expect(Object.keys(SCENARIOS)).toEqual(snippets);
});

test.each(Object.entries(SCENARIOS))('%s', (name, scenario) => scenario(name));

test.each(['Express', 'Koa'])('%s takes 15 lines', (name) => {
  const [snippet] = blocksIn('js').filter((one) => one.name === name);
  expect(snippet?.code.trimEnd().split('\n')).toHaveLength(15);
});
