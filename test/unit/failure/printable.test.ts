import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printableBytes, printableText } from '../../../src/failure/printable.ts';

describe('bytes', () => {
  test.each<[string, string]>([
    ['', ''],
    ['SSH-2.0-OpenSSH_9.6\r\n', 'SSH-2.0-OpenSSH_9.6\\x0d\\x0a'],
    ['\x15\x03\x01\x00\x02', '\\x15\\x03\\x01\\x00\\x02'],
    ['say "hi"', 'say \\"hi\\"'],
    ['C:\\x41', 'C:\\\\x41'],
    ['\x1b[2J\x7f\x9b\xff', '\\x1b[2J\\x7f\\x9b\\xff'],
    ['<b> & ~', '<b> & ~'],
  ])('%j is shown as %j', (given, shown) => {
    expect(printableBytes(Buffer.from(given, 'latin1'))).toBe(shown);
  });

  test('beyond the limit they are cut, visibly', () => {
    expect(printableBytes(Buffer.from('a'.repeat(64)))).toBe('a'.repeat(64));
    expect(printableBytes(Buffer.from('a'.repeat(65)))).toBe(`${'a'.repeat(64)}...`);
    expect(printableBytes(Buffer.from('\r\nab'), 3)).toBe('\\x0d\\x0aa...');
    expect(printableBytes(Buffer.from('abc'), 3)).toBe('abc');
  });

  test('it is printable ASCII, cannot leave its quotes, and can be read back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const shown = printableBytes(bytes);
        expect(shown).toMatch(/^(?:[ !#-[\]-~]|\\["\\]|\\x[\da-f]{2})*$/);
        const json = shown.replace(/\\(?:(["\\])|x(..))/g, (_, kept: string | undefined, hex: string) =>
          kept === undefined ? `\\u00${hex}` : `\\${kept}`,
        );
        expect(Buffer.from(JSON.parse(`"${json}"`) as string, 'latin1')).toEqual(Buffer.from(bytes));
      }),
    );
  });
});

describe('text', () => {
  test.each<[string, string]>([
    ['Zoë, 注文 😀', 'Zoë, 注文 😀'],
    ['a\r\nb\t\0', 'a\\u{d}\\u{a}b\\u{9}\\u{0}'],
    ['\x7f\x9b31m', '\\u{7f}\\u{9b}31m'],
    ['gpj.\u202eexe', 'gpj.\\u{202e}exe'],
    ['a\u200bb\ufeff\u2028', 'a\\u{200b}b\\u{feff}\\u{2028}'],
    ['\ud800x\u{e0041}', '\\u{d800}x\\u{e0041}'],
  ])('%j is shown as %j', (given, shown) => {
    expect(printableText(given)).toBe(shown);
  });
});
