import { Socket } from 'node:net';
import { beforeEach, expect, test } from 'vitest';
import type { Target } from '../../../src/engine/types.ts';
import { ConnectError } from '../../../src/forwarders/connect-error.ts';
import type { ConnectCallback } from '../../../src/forwarders/connector.ts';
import { PlaintextCheck } from '../../../src/forwarders/plaintext-check.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const TARGET: Target = {
  name: 'a',
  origin: 'http://127.0.0.1:1',
  protocol: 'http:',
  hostname: '127.0.0.1',
  port: 1,
  host: '127.0.0.1:1',
  prefix: '',
  alpn: ['http/1.1'],
};

let clock: FakeClock;
let opened: { readonly target: Target; readonly callback: ConnectCallback }[];
let aborted: number;
let check: PlaintextCheck;

beforeEach(() => {
  clock = new FakeClock();
  opened = [];
  aborted = 0;
  check = new PlaintextCheck(clock, (target, _limitMs, callback) => {
    opened.push({ target, callback });
    return { abort: () => void (aborted += 1) };
  });
});

function ask(target: Target = TARGET): boolean[] {
  const answers: boolean[] = [];
  check.check(target, (isTls) => answers.push(isTls));
  return answers;
}

function failWith(phase: 'connect' | 'tls', code: string, timedOut = false): void {
  opened.at(-1)?.callback(new ConnectError(phase, Object.assign(new Error(), { code }), timedOut), null);
}

test('a handshake that succeeds: it is TLS, and that is remembered for a minute', () => {
  const [first, second] = [ask(), ask()];
  expect(opened.map(({ target }) => target.protocol)).toEqual(['https:']);
  opened[0]?.callback(null, new Socket());
  expect([first, second, ask()]).toEqual([[true], [true], [true]]);
  clock.advance(59_999);
  expect(ask()).toEqual([true]);
  expect(opened).toHaveLength(1);
  clock.advance(1);
  expect(ask()).toEqual([]);
  expect(opened).toHaveLength(2);
});

test.each([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', true],
  ['CERT_HAS_EXPIRED', true],
  ['ERR_TLS_CERT_ALTNAME_INVALID', true],
  ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', true],
  ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', true],
  ['ERR_SSL_WRONG_VERSION_NUMBER', false],
  ['ECONNRESET', false],
])('a handshake that ends with %s: %s', (code, isTls) => {
  const answers = ask();
  failWith('tls', code);
  expect(answers).toEqual([isTls]);
});

test('that it is not TLS is remembered for ten minutes', () => {
  ask();
  failWith('tls', 'ECONNRESET');
  clock.advance(599_999);
  expect(ask()).toEqual([false]);
  clock.advance(1);
  ask();
  expect(opened).toHaveLength(2);
});

test('a connection that does not come about says nothing: next time it is tried again', () => {
  const answers = ask();
  failWith('connect', 'ECONNREFUSED');
  expect(answers).toEqual([false]);
  ask();
  expect(opened).toHaveLength(2);
});

test('a backend that was configured as https is not asked', () => {
  expect(ask({ ...TARGET, protocol: 'https:' })).toEqual([false]);
  expect(opened).toEqual([]);
});

test('closing gives up what is under way', () => {
  ask();
  check.close();
  expect(aborted).toBe(1);
});
