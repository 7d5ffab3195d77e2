import { describe, expect, test } from 'vitest';
import { settleDestinations } from '../../../src/options/destinations.ts';
import { settleOptions } from '../../../src/options/settle.ts';

const settle = (destinations: unknown) =>
  settleDestinations(destinations as Parameters<typeof settleDestinations>[0]);

test('off unless given', () => {
  expect([settle(undefined), settle(false)]).toEqual([undefined, undefined]);
  expect(settleOptions({ backends: ['http://127.0.0.1'] }).destinations).toBeUndefined();
});

test.each([
  '10.0.0.7',
  '10.0.0.0/8',
  '0.0.0.0/0',
  '::1',
  'fd00::/8',
  '::/0',
  '*',
  'localhost',
  'api.internal',
  'API.Internal.',
  '_svc.my_app',
  '*.internal',
  '*.a-1.b',
  '1.example',
  'unix:/run/app.sock',
  'unix:/run/apps/',
])('%s is an entry', (entry) => {
  expect(() => settle({ allow: [entry] })).not.toThrow();
});

test.each([
  '',
  5,
  null,
  '10.0.0',
  '10.0.0.256',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  '10.0.0.0/1e1',
  'fd00::/129',
  '[::1]',
  'fe80::1%eth0',
  '0x7f000001.1',
  'http://api.internal',
  'api.internal:80',
  'api.*',
  '*api.internal',
  'a..b',
  '-a',
  'a b',
  'unix:run/app.sock',
  'unix:',
])('%j is none', (entry) => {
  expect(() => settle({ allow: ['10.0.0.1', entry] })).toThrow(
    /^destinations\.allow\[1\] must be an address/,
  );
});

describe('refused', () => {
  test.each([[[]], ['*'], [null], [{}]])('allow: %j', (allow) => {
    expect(() => settle({ allow })).toThrow(/^destinations\.allow must be an array with at least one entry/);
  });

  test.each([true, null, 'private', []])('%j', (given) => {
    expect(() => settle(given)).toThrow('destinations must be an object');
  });

  test('other keys and values', () => {
    expect(() => settle({ privat: true })).toThrow('did you mean destinations.private?');
    expect(() => settle({ private: 'yes' })).toThrow('destinations.private must be true or false, got "yes"');
  });
});
