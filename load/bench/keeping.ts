/**
 * What it costs a node, while nothing fails, that its calls are kept for others: two servers with the same calls, at the
 * same time on the same core, one of which keeps none; with the next calls it is the other one. So neither what the
 * machine does meanwhile counts, nor how lucky a process is with its memory. Options: `--calls 100 --rounds 6
 * --seconds 60`; a round is both turns. Linux with two cores.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createLifecycle, type Lifecycle } from '../../ops/lifecycle.ts';
import { build } from '../../test/support/ava-process.ts';
import { checkpointLatency } from './checkpoints/latency.ts';
import { intervalOf, medianOf } from './figures/interval.ts';
import { machineFacts } from './figures/machine.ts';
import { pin } from './figures/process-costs.ts';
import { type Figure, table } from './figures/table.ts';
import { type Generator, openGenerator } from './relay/generator.ts';
import { wholeNumber } from './relay/options.ts';
import { type Cost, costOf, OTHER_CORE, SERVER_CORE, SETTLING_MS, steadyWindow, WARMING_MS } from './relay/run.ts';
import { type RunningServer, startAva } from './relay/variants.ts';
import { openProduction } from './servers/production.ts';

export const about = 'processor time of a node that keeps its calls for others, beside one that does not';

const GOAL = 1.05;

/** Of calls that were hung up before the next begin: until nothing is left to do for them. */
const AFTERWORK_MS = 10_000;

/** One of the two, with stores and callers of its own. */
interface Side extends RunningServer {
  readonly generator: Generator;
  readonly opsUrl: string;
}

async function openSide(name: string, lifecycle: Lifecycle): Promise<Side> {
  const production = await lifecycle.add(`${name}: stores`, openProduction, (opened) => opened.close());
  const generator = await lifecycle.add(`${name}: calls`, openGenerator, (opened) => opened.close());
  const flags = ['--pair-frames=never', '--keep-calls=by-turns'];
  const server = await lifecycle.add(
    `${name}: server`,
    () => startAva(production, generator.modelUrl, flags, undefined),
    (running) => running.close(),
  );
  pin(server.pid, SERVER_CORE);
  return { ...server, generator, opsUrl: production.opsUrl };
}

type Sides = readonly [Side, Side];

interface Turn {
  readonly kept: Cost;
  readonly unkept: Cost;
}

interface Options {
  readonly calls: number;
  readonly rounds: number;
  readonly seconds: number;
}

/** From here on the other one keeps the calls that begin. */
function changeTurns(sides: readonly Side[]): void {
  for (const { pid } of sides) process.kill(pid, 'SIGURG');
}

/** What calls cost, `warmingMs` after they have begun. Throws where a side did not do as it was to. */
async function turn(kept: Side, unkept: Side, warmingMs: number, { calls, seconds }: Options): Promise<Turn> {
  const both = <T>(ask: (side: Side) => Promise<T>): Promise<[T, T]> => Promise.all([ask(kept), ask(unkept)]);
  const saves = (): Promise<[number, number]> => both(async ({ opsUrl }) => (await checkpointLatency(opsUrl)).count);
  const before = await saves();
  await both(({ generator, target }) => generator.calls(target, calls));
  await sleep(SETTLING_MS + warmingMs);
  const [above, below] = await both(({ pid, generator }) => steadyWindow(pid, generator, seconds));
  await both(({ generator }) => generator.hangUp());
  await sleep(AFTERWORK_MS);
  const after = await saves();
  if (after[0] - before[0] < calls || after[1] !== before[1]) throw new Error('the wrong calls were kept');
  return { kept: costOf(above, calls), unkept: costOf(below, calls) };
}

/** Either is the one that keeps its calls, once. */
async function round([first, second]: Sides, warmingMs: number, options: Options): Promise<readonly Turn[]> {
  const turns: Turn[] = [];
  for (const [kept, unkept] of [
    [first, second],
    [second, first],
  ] as const) {
    turns.push(await turn(kept, unkept, warmingMs, options));
    changeTurns([first, second]);
  }
  return turns;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      calls: { type: 'string', default: '100' },
      rounds: { type: 'string', default: '6' },
      seconds: { type: 'string', default: '60' },
    },
  });
  const options = {
    calls: wholeNumber(values.calls),
    rounds: wholeNumber(values.rounds),
    seconds: wholeNumber(values.seconds),
  };
  const machine = machineFacts();
  // What is started from here on inherits the core; the servers are moved to the other one.
  pin(process.pid, OTHER_CORE);
  await build();
  const lifecycle = createLifecycle();
  try {
    const sides: Sides = [await openSide('one', lifecycle), await openSide('the other', lifecycle)];
    changeTurns(sides.slice(1));
    await sleep(SETTLING_MS);
    // Both have done both for a while before anything counts.
    await round(sides, WARMING_MS / 2, options);
    const measured: (readonly Turn[])[] = [];
    for (let n = 0; n < options.rounds; n++) {
      const turns = await round(sides, 0, options);
      measured.push(turns);
      const told = turns.map(({ kept, unkept }) => `${kept.cpuMs.toFixed(2)} and ${unkept.cpuMs.toFixed(2)} ms`);
      process.stdout.write(`round ${n + 1}: ${told.join(', ')}, × ${ratio(turns, cpuMs).toFixed(3)}\n`);
    }
    process.stdout.write(`${table(figuresOf(measured))}\n\n${options.calls} calls on each\n${machine}\n`);
  } finally {
    await lifecycle.stop();
  }
}

/** Of both turns: each server is once above the line and once below. */
function ratio(turns: readonly Turn[], of: (cost: Cost) => number): number {
  const product = turns.reduce((soFar, { kept, unkept }) => soFar * (of(kept) / of(unkept)), 1);
  return product ** (1 / turns.length);
}

const cpuMs = (cost: Cost): number => cost.cpuMs;
/** Not a number where the machine did not count them. */
const instructionsM = (cost: Cost): number => cost.instructionsM ?? Number.NaN;

function figuresOf(measured: readonly (readonly Turn[])[]): Figure[] {
  const turns = measured.flat();
  const against = intervalOf(measured.map((each) => ratio(each, cpuMs)));
  const figures: Figure[] = [
    { name: 'CPU a call-second, calls kept', value: medianOf(turns.map(({ kept }) => kept.cpuMs)), unit: 'ms' },
    { name: 'CPU a call-second, calls not kept', value: medianOf(turns.map(({ unkept }) => unkept.cpuMs)), unit: 'ms' },
    {
      name: 'against each other',
      value: against.mean,
      unit: '×',
      goal: GOAL,
      note: `${against.mean.toFixed(3)} ± ${against.plusMinus.toFixed(3)}`,
    },
  ];
  const counted = measured.map((each) => ratio(each, instructionsM)).filter((each) => !Number.isNaN(each));
  if (counted.length > 0) {
    figures.push({ name: 'the same in instructions', value: intervalOf(counted).mean, unit: '×' });
  }
  return figures;
}
