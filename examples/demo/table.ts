export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

const GAP = '  ';

/** Lines of aligned text: a head, a rule, and the rows. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const titles = columns.map(({ title }) => title);
  const rules = widths.map((width) => '-'.repeat(width));
  return [titles, rules, ...rows].map((cells) =>
    columns
      .map(({ align }, index) => pad(cells[index] ?? '', widths[index] ?? 0, align))
      .join(GAP)
      .trimEnd(),
  );
}

function pad(cell: string, width: number, align: Column['align']): string {
  return align === 'left' ? cell.padEnd(width) : cell.padStart(width);
}
