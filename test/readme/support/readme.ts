import { readFileSync } from 'node:fs';

export const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

/** A fenced block. */
export interface Block {
  readonly language: string;
  readonly code: string;
  /** The heading above it; with a number from the second block of a language under the same heading on. */
  readonly name: string;
}

export type Row = ReadonlyMap<string, string>;

const PROSE_AND_BLOCKS = /^```(?<language>\w*)\n(?<code>[\s\S]*?)^```$|^#+ (?<heading>.+)$/gm;

export const BLOCKS: readonly Block[] = readBlocks();

export function blocksIn(...languages: readonly string[]): readonly Block[] {
  return BLOCKS.filter(({ language }) => languages.includes(language));
}

/** @throws when the README has no such block, or several. */
export function blockNamed(name: string): Block {
  const [block, ...others] = BLOCKS.filter((one) => one.name === name);
  if (!block || others.length > 0) throw new Error(`not exactly one block ${name} in the README`);
  return block;
}

export const HEADINGS: readonly string[] = [...README.matchAll(PROSE_AND_BLOCKS)].flatMap(
  ({ groups }) => groups?.['heading'] ?? [],
);

/** Text without code blocks. */
export const PROSE = README.replace(/^```[\s\S]*?^```$/gm, '');

/**
 * The rows of the table whose first column has this title, by column.
 * @throws when there is none.
 */
export function tableOf(firstColumn: string): readonly Row[] {
  const lines = PROSE.split('\n');
  const start = lines.findIndex((line) => cellsOf(line)[0] === firstColumn);
  if (start < 0) throw new Error(`no table ${firstColumn} in the README`);
  const columns = cellsOf(lines[start] ?? '');
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end).map((line) => {
    const cells = cellsOf(line);
    return new Map(columns.map((column, index) => [column, cells[index] ?? '']));
  });
}

/** What stands in backticks. */
export function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}

function cellsOf(line: string): string[] {
  if (!line.startsWith('|')) return [];
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}

function readBlocks(): Block[] {
  const blocks: Block[] = [];
  let heading = '';
  for (const { groups } of README.matchAll(PROSE_AND_BLOCKS)) {
    heading = groups?.['heading'] ?? heading;
    const { language, code } = groups ?? {};
    if (language === undefined || code === undefined) continue;
    const before = blocks.filter(
      (one) => one.language === language && one.name.replace(/ \d+$/, '') === heading,
    );
    blocks.push({ language, code, name: before.length === 0 ? heading : `${heading} ${before.length + 1}` });
  }
  return blocks;
}
