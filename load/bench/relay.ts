/**
 * What relaying a call costs: the built server against bare relays that do nothing else, by turns in one go. Options:
 * `--calls 50,100,150 --pairs 5 --seconds 10 --variants parse,splice,… --profiles FOLDER`. Linux with two cores.
 */
import { build } from '../../test/support/ava-process.ts';
import { machineFacts } from './figures/machine.ts';
import { pin } from './figures/process-costs.ts';
import { type Generator, openGenerator } from './relay/generator.ts';
import { type RelayOptions, relayOptions } from './relay/options.ts';
import { type LevelFigures, measureLevels, OTHER_CORE } from './relay/run.ts';
import { goals, type Measured, tables } from './relay/summary.ts';
import { baselineHash, type VariantName, type Variants, variantsOf } from './relay/variants.ts';
import { openProduction } from './servers/production.ts';

export const about = 'processor time, round trip and memory of relayed calls, beside bare relays';

const CONDITIONS =
  'Ava as `npm run serve` starts her (production defaults: metrics, logs and transcripts written), each server alone on ' +
  'one core; callers who speak 1.5 s of each 6 s at 50 frames a second, 3 s of speech out each 6 s, in deltas of 200 ms ' +
  'at four times real time; latency of probe frames that the model side sends back at once';

async function measure(options: RelayOptions, variants: Variants, generator: Generator): Promise<Measured> {
  const measured = new Map<VariantName, LevelFigures[][]>(options.variants.map((name) => [name, []]));
  for (let round = 0; round < options.pairs; round++) {
    // Each round in the other direction, so that what drifts falls on all alike.
    const turn = round % 2 === 0 ? options.variants : options.variants.toReversed();
    for (const name of turn) {
      const server = await variants.start(name);
      try {
        const figures = await measureLevels(server, generator, options.calls, options.seconds);
        measured.get(name)?.push(figures);
        const told = figures.map(({ calls, cpuMs }) => `${cpuMs.toFixed(2)} ms at ${calls}`).join(', ');
        process.stdout.write(`round ${round + 1}: ${name.padEnd(10)}  ${told}\n`);
      } finally {
        await server.close();
      }
    }
  }
  return measured;
}

export async function run(args: readonly string[]): Promise<void> {
  const options = relayOptions(args);
  const machine = machineFacts();
  // What is started from here on inherits the core; the server under test is moved to the other one.
  pin(process.pid, OTHER_CORE);
  await build();
  const production = await openProduction();
  const generator = await openGenerator();
  try {
    const variants = variantsOf(production, generator.modelUrl, options.profiles);
    const measured = await measure(options, variants, generator);
    process.stdout.write(`\n${tables(measured, options.calls)}\n\n${goals(measured, options.calls)}\n\n`);
    process.stdout.write(`${CONDITIONS}\nbaselines: sha256 ${baselineHash()}\n${machine}\n`);
  } finally {
    await generator.close();
    await production.close();
  }
}
