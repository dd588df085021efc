/** Figures for people: one line each, with the goal beside it where there is one. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 's' | 'MB' | 'KB' | '/s';
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

/** The figures as aligned columns: what, how much, goal, note. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.name,
    shown(figure.value, figure.unit),
    verdict(figure),
    figure.note ?? '',
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (i === 1 ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}
