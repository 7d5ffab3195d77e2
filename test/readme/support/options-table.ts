import { codeIn, type Row, tableOf } from './readme.ts';

/** One row of the table of options. */
export interface DocumentedOption {
  /** As `retry.budget.ratio` or `backends[].url`. */
  readonly path: string;
  readonly range: string;
  readonly default: string;
}

export interface NumericRange {
  readonly min: number;
  /** The lower end itself is not allowed. */
  readonly above: boolean;
  /** Undefined: open above. */
  readonly max: number | undefined;
  readonly whole: boolean;
}

export const DOCUMENTED: readonly DocumentedOption[] = tableOf('Option').flatMap((row) =>
  codeIn(cell(row, 'Option')).map((path) => ({
    path,
    range: cell(row, 'Range'),
    default: cell(row, 'Default'),
  })),
);

const NUMERIC = /^(above )?([\d,.]+)(?: to ([\d,.]+)| or more)?(, whole)?(?:;.*)?$/;

/** The numbers that a row allows; undefined when it allows none. */
export function rangeOf({ range }: DocumentedOption): NumericRange | undefined {
  const [, above, min, max, whole] = NUMERIC.exec(range) ?? [];
  if (min === undefined) return undefined;
  return {
    min: numberOf(min),
    above: above !== undefined,
    max: max === undefined ? undefined : numberOf(max),
    whole: whole !== undefined,
  };
}

/** Words and switches that a row allows. */
export function wordsOf({ range }: DocumentedOption): unknown[] {
  return codeIn(range)
    .filter((code) => /^('.*'|true|false)$/.test(code))
    .map(valueOf);
}

/** The default as a value; undefined where the row describes it in words. */
export function defaultOf(option: DocumentedOption): unknown {
  const [code] = codeIn(option.default);
  return code === undefined ? undefined : valueOf(code);
}

function valueOf(code: string): unknown {
  const text = /^'(.*)'$/.exec(code)?.[1];
  if (text !== undefined) return text;
  if (code === 'true' || code === 'false') return code === 'true';
  return numberOf(code);
}

function numberOf(text: string): number {
  return Number(text.replace(/[,_]/g, ''));
}

function cell(row: Row, column: string): string {
  return row.get(column) ?? '';
}
