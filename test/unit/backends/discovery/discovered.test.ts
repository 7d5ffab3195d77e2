import { expect, test } from 'vitest';
import { askForAddresses } from '../../../../src/backends/discovery/dns.ts';
import { discovered } from '../../../../src/backends/discovery/discovered.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { FakeNames, summaryOf, templateOf } from '../../../support/fake-names.ts';

const TLS = { servername: 'api.test' };
const ENTRY = { url: 'https://api.test:8443/base', discover: 'dns', weight: 3, tier: 2, tls: TLS };

test('a backend is its entry at one address: Host, SNI and prefix stay', () => {
  const { target, weight, tier } = discovered(templateOf(ENTRY), { address: '10.0.0.1' });
  expect({ weight, tier }).toEqual({ weight: 3, tier: 2 });
  expect(target).toEqual({
    name: 'api.test@10.0.0.1:8443',
    origin: 'https://api.test:8443',
    protocol: 'https:',
    hostname: 'api.test',
    address: '10.0.0.1',
    port: 8_443,
    host: 'api.test:8443',
    prefix: '/base',
    alpn: ['http/1.1'],
    tls: TLS,
    socketPath: undefined,
  });
});

test('the name of the entry stands in the name', () => {
  const template = templateOf({ ...ENTRY, name: 'api' });
  expect(discovered(template, { address: '2001:db8::1' }).target.name).toBe('api@[2001:db8::1]:8443');
});

test.each([
  ['http://api.test', 80, 'node1.test'],
  ['http://api.test', 443, 'node1.test:443'],
  ['https://api.test', 443, 'node1.test'],
])('%s, at port %i of a service record: Host is %s', (url, port, host) => {
  const template = templateOf({ url, discover: 'srv', tls: TLS });
  const { target } = discovered(template, {
    address: '10.0.0.1',
    host: { hostname: 'node1.test', port },
    share: 0.5,
  });
  expect(target).toMatchObject({ hostname: 'node1.test', port, host, origin: `${target.protocol}//${host}` });
  expect(target.name).toBe(`api.test@10.0.0.1:${port}`);
});

test('every address of a name is a backend', async () => {
  const fake = new FakeNames();
  fake.v4.set('api.test', ['10.0.0.1', '10.0.0.2']);
  const ask = askForAddresses(templateOf(ENTRY), { clock: new FakeClock(), names: fake.names });
  expect(summaryOf(await ask())).toEqual(['api.test@10.0.0.1:8443 3 2', 'api.test@10.0.0.2:8443 3 2']);
  fake.v4.set('api.test', 'failed');
  expect(summaryOf(await ask())).toBe('failed');
});
