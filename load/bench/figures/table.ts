/** Figures for people: one line each, with the goal beside it where there is one. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'µs' | 'ms' | 's' | 'MB' | 'KB' | '/s' | '/min' | '×';
  /** The value is to stay at or below this. */
  readonly goal?: number;
  /** What else is to be known of it. */
  readonly note?: string;
}

const shown = (value: number, unit: string): string => `${value.toFixed(value < 100 ? 2 : 0)} ${unit}`;

function verdict({ value, unit, goal }: Figure): string {
  if (goal === undefined) return '';
  return `${value <= goal ? 'met' : 'MISSED'} (≤ ${goal} ${unit})`;
}

/** Rows as aligned columns; `right` names those whose cells are numbers. */
export function columns(rows: readonly (readonly string[])[], right: ReadonlySet<number>): string {
  const count = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (right.has(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** The figures as aligned columns: what, how much, goal, note. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    shown(figure.value, figure.unit),
    verdict(figure),
    figure.note ?? '',
  ]);
  return columns(rows, new Set([1]));
}
