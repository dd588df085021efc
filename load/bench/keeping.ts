/**
 * What it costs a node, while nothing fails, that its calls are kept for others: two servers with the same calls, at the
 * same time on the same core, one of which keeps none. So whatever the machine does meanwhile falls on both; how lucky a
 * process is with its memory does not, so each round starts both anew, the other one first. Options:
 * `--calls 100 --rounds 6 --seconds 40`. Linux with two cores.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { intervalOf, medianOf } from './figures/interval.ts';
import { machineFacts } from './figures/machine.ts';
import { pin } from './figures/process-costs.ts';
import { type Figure, table } from './figures/table.ts';
import { type Generator, openGenerator } from './relay/generator.ts';
import { wholeNumber } from './relay/options.ts';
import { type Cost, costOf, OTHER_CORE, SERVER_CORE, SETTLING_MS, steadyWindow, WARMING_MS } from './relay/run.ts';
import { type RunningServer, startAva } from './relay/variants.ts';
import { build, openProduction, type Production } from './servers/production.ts';

export const about = 'processor time of a node that keeps its calls for others, beside one that does not';

const GOAL = 1.05;

/** One of the two, with stores and callers of its own. */
interface Side {
  readonly production: Production;
  readonly generator: Generator;
  readonly programFlags: readonly string[];
}

async function openSide(programFlags: readonly string[]): Promise<Side> {
  const [production, generator] = await Promise.all([openProduction(), openGenerator()]);
  return { production, generator, programFlags };
}

async function closeSide({ production, generator }: Side): Promise<void> {
  await generator.close();
  await production.close();
}

interface Options {
  readonly calls: number;
  readonly rounds: number;
  readonly seconds: number;
}

/** The costs of the sides, in their order. */
async function round(sides: readonly Side[], { calls, seconds }: Options): Promise<Cost[]> {
  const running: (RunningServer & Side)[] = [];
  try {
    for (const side of sides) {
      const flags = ['--pair-frames=never', ...side.programFlags];
      const server = await startAva(side.production, side.generator.modelUrl, flags, undefined);
      running.push({ ...server, ...side });
      pin(server.pid, SERVER_CORE);
    }
    await sleep(SETTLING_MS);
    await Promise.all(running.map(({ generator, target }) => generator.calls(target, calls)));
    await sleep(SETTLING_MS + WARMING_MS);
    const windows = await Promise.all(running.map(({ pid, generator }) => steadyWindow(pid, generator, seconds)));
    await Promise.all(running.map(({ generator }) => generator.hangUp()));
    return windows.map((window) => costOf(window, calls));
  } finally {
    for (const server of running) await server.close();
  }
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      calls: { type: 'string', default: '100' },
      rounds: { type: 'string', default: '6' },
      seconds: { type: 'string', default: '40' },
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
  const [kept, unkept] = await Promise.all([openSide([]), openSide(['--keep-calls=never'])]);
  const measured: Round[] = [];
  try {
    for (let n = 0; n < options.rounds; n++) {
      const isFirst = n % 2 === 0;
      const [first, second] = await round(isFirst ? [kept, unkept] : [unkept, kept], options);
      if (!first || !second) throw new Error('a side was not measured');
      const both = isFirst ? { kept: first, unkept: second } : { kept: second, unkept: first };
      measured.push(both);
      const [keptMs, unkeptMs] = [both.kept.cpuMs, both.unkept.cpuMs];
      const ratio = (keptMs / unkeptMs).toFixed(3);
      process.stdout.write(`round ${n + 1}: ${keptMs.toFixed(2)} and ${unkeptMs.toFixed(2)} ms, × ${ratio}\n`);
    }
  } finally {
    await Promise.all([closeSide(kept), closeSide(unkept)]);
  }
  process.stdout.write(`${table(figuresOf(measured))}\n\n${options.calls} calls on each\n${machine}\n`);
}

interface Round {
  readonly kept: Cost;
  readonly unkept: Cost;
}

function figuresOf(measured: readonly Round[]): Figure[] {
  const against = intervalOf(measured.map(({ kept, unkept }) => kept.cpuMs / unkept.cpuMs));
  const instructions = measured.flatMap(({ kept, unkept }) =>
    kept.instructionsM === null || unkept.instructionsM === null ? [] : [kept.instructionsM / unkept.instructionsM],
  );
  const figures: Figure[] = [
    { name: 'CPU a call-second, calls kept', value: medianOf(measured.map(({ kept }) => kept.cpuMs)), unit: 'ms' },
    {
      name: 'CPU a call-second, calls not kept',
      value: medianOf(measured.map(({ unkept }) => unkept.cpuMs)),
      unit: 'ms',
    },
    {
      name: 'against each other',
      value: against.mean,
      unit: '×',
      goal: GOAL,
      note: `${against.mean.toFixed(3)} ± ${against.plusMinus.toFixed(3)}`,
    },
  ];
  if (instructions.length > 0) {
    figures.push({ name: 'the same in instructions', value: intervalOf(instructions).mean, unit: '×' });
  }
  return figures;
}
