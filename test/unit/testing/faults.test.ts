import { causes } from 'causeway-proxy';
import { faults, notFromABackend } from 'causeway-proxy/testing';
import { expect, test } from 'vitest';

test('every cause has a fault, or a reason why no backend can bring it about', () => {
  const codes = [
    ...Object.keys(faults).filter((name) => !name.includes('/')),
    ...Object.keys(notFromABackend),
  ];
  expect(codes.sort()).toEqual(Object.keys(causes).sort());
});

test.each(Object.entries(faults))('%s says what it does', (name, row) => {
  expect(row.cause).toBe(name.split('/')[0]);
  expect(name).toMatch(/^[a-z_]+(\/[a-z0-9_]+)?$/);
  // One sentence.
  expect(row.description).toMatch(/^[A-Z](?!.*\. ).*[^.]\.$/);
  expect(Object.keys(row)).toEqual(['cause', 'description', 'options', 'request', 'afterHead']);
});

test('faults of one cause differ in what they do', () => {
  const descriptions = Object.values(faults).map(({ description }) => description);
  expect(new Set(descriptions).size).toBe(descriptions.length);
});

test('only a cause of the response shows after its head', () => {
  for (const { cause, afterHead } of Object.values(faults)) {
    const isLate = ['response_truncated', 'response_coding_error', 'body_idle_timeout'].includes(cause);
    expect([cause, afterHead]).toEqual([cause, isLate]);
  }
});

test('the tables cannot be changed', () => {
  for (const value of [faults, notFromABackend, ...Object.values(faults)])
    expect(Object.isFrozen(value)).toBe(true);
  for (const { options, request } of Object.values(faults)) {
    for (const value of [options, options.timeouts, request]) expect(Object.isFrozen(value)).toBe(true);
  }
});
