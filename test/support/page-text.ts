import { expect } from 'vitest';

/** Every tag that our pages consist of, to the letter. */
const TAGS = new Set([
  '<!doctype html>',
  '<html lang="en">',
  '<meta charset="utf-8" />',
  '<meta name="viewport" content="width=device-width, initial-scale=1" />',
  '<meta name="color-scheme" content="light dark" />',
  ...'html head title body main h1 h2 p dl dt dd ol ul li strong'
    .split(' ')
    .flatMap((name) => [`<${name}>`, `</${name}>`]),
]);

/** Checks that nothing in a page could be taken for anything but text, and gives that text. */
export function textOfPage(page: string): string {
  expect((page.match(/<[^>]*>/g) ?? []).filter((tag) => !TAGS.has(tag))).toEqual([]);
  const text = page.replace(/<[^>]*>/g, '');
  expect(text).not.toMatch(/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => MEANT[name] ?? '');
}

const MEANT: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
