/** What all runs together say: a table for each level, and the goals. */
import { type Interval, intervalOf, medianOf } from '../figures/interval.ts';
import { spreadOf } from '../figures/percentiles.ts';
import { columns, type Figure, table } from '../figures/table.ts';
import type { LevelFigures } from './run.ts';
import { LABELS, type VariantName } from './variants.ts';

/** Of each variant the rounds in their order, each with its levels. */
export type Measured = ReadonlyMap<VariantName, readonly (readonly LevelFigures[])[]>;

const HEAD = [
  '',
  'CPU ms a call-second',
  '× (b)',
  'p50 ms',
  'p99 ms',
  'KB a call',
  '× (b)',
  'Minstr',
  'frames',
  'generator',
];
const NUMBERS = new Set([1, 2, 3, 4, 5, 6, 7, 8, 9]);
const CONTROL: VariantName = 'splice';

const GOALS = {
  'ava-single': { cpu: 1.25, p99Ms: 5 },
  'ava-joined': { cpu: 1, p99Ms: 45 },
} as const;
const MEMORY_GOAL = 1.3;

const at = (rounds: readonly (readonly LevelFigures[])[], calls: number): LevelFigures[] =>
  rounds.flatMap((levels) => levels.filter((level) => level.calls === calls));

const shown = ({ mean, plusMinus }: Interval): string =>
  `${mean.toFixed(2)}${Number.isFinite(plusMinus) ? ` ± ${plusMinus.toFixed(2)}` : ''}`;

/** Round by round against the control of the same round. */
function ratio(
  mine: readonly LevelFigures[],
  control: readonly LevelFigures[],
  of: (level: LevelFigures) => number,
): Interval | null {
  const ratios = mine.flatMap((level, round) => {
    const other = control[round];
    return other === undefined ? [] : [of(level) / of(other)];
  });
  return ratios.length === 0 ? null : intervalOf(ratios);
}

const cpu = (level: LevelFigures): number => level.cpuMs;
const memory = (level: LevelFigures): number => level.memoryKb;
const roundTrips = (levels: readonly LevelFigures[]) => spreadOf(levels.flatMap((level) => level.roundTripsMs));

function row(name: VariantName, mine: readonly LevelFigures[], control: readonly LevelFigures[]): string[] {
  const [cpuRatio, memoryRatio] = [ratio(mine, control, cpu), ratio(mine, control, memory)];
  const { p50, p99 } = roundTrips(mine);
  const instructions = mine.flatMap((level) => level.instructionsM ?? []);
  const busiest = Math.max(...mine.map((level) => level.generatorShare));
  const latest = Math.max(...mine.map((level) => level.generatorLatestMs));
  return [
    LABELS[name],
    `${medianOf(mine.map(cpu)).toFixed(2)}  (${shown(intervalOf(mine.map(cpu)))})`,
    cpuRatio ? shown(cpuRatio) : '',
    p50.toFixed(1),
    p99.toFixed(1),
    medianOf(mine.map(memory)).toFixed(0),
    memoryRatio ? shown(memoryRatio) : '',
    instructions.length > 0 ? medianOf(instructions).toFixed(2) : '–',
    medianOf(mine.map((level) => level.framesAnAppend)).toFixed(2),
    `${(busiest * 100).toFixed(0)} %, late ${latest.toFixed(0)} ms`,
  ];
}

/** One table a level: medians, mean with its 95 % interval in brackets, ratios of the same round. */
export function tables(measured: Measured, levels: readonly number[]): string {
  return levels
    .map((calls) => {
      const control = at(measured.get(CONTROL) ?? [], calls);
      const rows = [...measured].map(([name, rounds]) => row(name, at(rounds, calls), control));
      return `${calls} calls\n${columns([HEAD, ...rows], NUMBERS)}`;
    })
    .join('\n\n');
}

/** The goals of each level; those that cannot be told from what was measured are left out. */
export function goals(measured: Measured, levels: readonly number[]): string {
  const figures: Figure[] = [];
  for (const calls of levels) {
    const control = at(measured.get(CONTROL) ?? [], calls);
    for (const name of ['ava-single', 'ava-joined'] as const) {
      const mine = at(measured.get(name) ?? [], calls);
      const [cpuRatio, memoryRatio] = [ratio(mine, control, cpu), ratio(mine, control, memory)];
      if (!cpuRatio || !memoryRatio) continue;
      const title = `${LABELS[name]}, ${calls} calls`;
      const { cpu: cpuGoal, p99Ms } = GOALS[name];
      figures.push(
        { name: `${title}: CPU against (b)`, value: cpuRatio.mean, unit: '×', goal: cpuGoal },
        { name: `${title}: round trip p99`, value: roundTrips(mine).p99, unit: 'ms', goal: p99Ms },
        { name: `${title}: memory against (b)`, value: memoryRatio.mean, unit: '×', goal: MEMORY_GOAL },
      );
    }
  }
  return figures.length === 0 ? '' : table(figures);
}
