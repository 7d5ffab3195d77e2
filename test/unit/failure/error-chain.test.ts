import { expect, test } from 'vitest';
import { errorFacts } from '../../../src/failure/error-chain.ts';

const coded = (code: string, more: object = {}): Error => Object.assign(new Error(code), { code, ...more });

test('reads what is there', () => {
  const data = Uint8Array.from([1]);
  expect(errorFacts(coded('EX', { syscall: 'connect', reason: 'why', data }))).toEqual({
    code: 'EX',
    syscall: 'connect',
    name: 'Error',
    message: 'EX',
    reason: 'why',
    data,
    names: '',
  });
});

test('finds the one with a code down the chain of causes', () => {
  const error = new Error('outer', { cause: new Error('middle', { cause: coded('ECONNRESET') }) });
  expect(errorFacts(error).code).toBe('ECONNRESET');
});

test('prefers what the addresses said to what the AggregateError says of them', () => {
  const inner = coded('ECONNREFUSED', { syscall: 'connect' });
  const error = Object.assign(new AggregateError([new Error('says nothing'), inner]), { code: 'EOUTER' });
  expect(errorFacts(error)).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect' });
});

test('an AggregateError of nothing speaks for itself', () => {
  expect(errorFacts(Object.assign(new AggregateError([]), { code: 'EALL' })).code).toBe('EALL');
});

test('a parser error counts without a code', () => {
  const parser = Object.assign(new Error('(Invalid header token)'), { name: 'HTTPParserError' });
  expect(errorFacts(new Error('outer', { cause: parser })).name).toBe('HTTPParserError');
});

test('without any code it is the error itself that is read', () => {
  expect(errorFacts(new TypeError('bad upgrade'))).toMatchObject({ code: '', message: 'bad upgrade' });
});

test('a chain that bites its tail ends', () => {
  const error: { cause?: unknown; errors?: unknown[] } = {};
  error.cause = error;
  error.errors = [error, error];
  expect(errorFacts(error).code).toBe('');
});

test('only text is taken for text, and bytes for bytes', () => {
  expect(errorFacts({ code: 5, syscall: {}, message: null, data: 7 })).toEqual({
    code: '',
    syscall: '',
    name: '',
    message: '',
    reason: '',
    data: undefined,
    names: '',
  });
});

test('bytes may come as text, as undici hands them on', () => {
  expect(errorFacts({ code: 'EX', data: 'SSH' }).data).toEqual(Buffer.from('SSH'));
});

test('the names in a certificate that was refused for them', () => {
  expect(errorFacts(coded('EX', { cert: { subjectaltname: 'DNS:a.example' } })).names).toBe('DNS:a.example');
  expect(errorFacts(coded('EX', { cert: {} })).names).toBe('');
});
