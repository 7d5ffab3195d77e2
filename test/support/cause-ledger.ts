/** One line of the table that the test of all causes prints. */
export interface LedgerRow {
  readonly lane: string;
  readonly cause: string;
  /** The fault, or what the client or the app did. */
  readonly fault: string;
  /** It came about. */
  produced: boolean;
  /** It was called by its name, wherever it was told. */
  named: boolean;
}

/** Keeps count of what was shown, so that a cause that nobody tried is seen to be missing. */
export class Ledger {
  readonly rows: LedgerRow[] = [];

  begin(lane: string, cause: string, fault: string): LedgerRow {
    const row: LedgerRow = { lane, cause, fault, produced: false, named: false };
    this.rows.push(row);
    return row;
  }

  /** Causes with at least one row in which both hold. */
  shown(lane: string): Set<string> {
    const good = this.rows.filter((row) => row.lane === lane && row.produced && row.named);
    return new Set(good.map(({ cause }) => cause));
  }

  print(lane: string, order: readonly string[]): string {
    const lines = order.flatMap((cause) => {
      const rows = this.rows.filter((row) => row.lane === lane && row.cause === cause);
      if (rows.length === 0) return [[cause, 'NOT TRIED', '-', '-', lane]];
      return rows.map((row) => [cause, row.fault, said(row.produced), said(row.named), lane]);
    });
    return aligned([['cause', 'fault', 'produced', 'named', 'lane'], ...lines]);
  }
}

function said(value: boolean): string {
  return value ? 'yes' : 'NO';
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_cell, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
