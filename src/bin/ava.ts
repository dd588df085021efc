/**
 * The program: one configuration, one node, and an orderly end. `--check-config` only says whether it would start;
 * `--pair-frames=never|always` takes a decision from the node that it takes better itself, and `--keep-calls=by-turns` has
 * calls that begin after one SIGURG and before the next end with the node, so that what either costs can be measured.
 */
import { migrationStatus } from '../../db/migrate.ts';
import { type Config, describeConfig, EXIT_CONFIG, readConfig, readEnvironment } from '../../ops/config.ts';
import { createEvents } from '../../ops/events.ts';
import { openLog } from '../../ops/log.ts';
import { followProcess } from '../../ops/process-signals.ts';
import manifest from '../../package.json' with { type: 'json' };
import { PAIR_FRAMES } from '../openai/pairing-policy.ts';
import { type AvaNode, startNode, tracesOf } from './ava-node.ts';

/** What closing everything may take once the calls are over. */
const CLOSING_MS = 25_000;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

interface Configured {
  readonly config: Config;
  readonly warnings: readonly string[];
}

function configured(): Configured {
  const reading = readConfig(readEnvironment());
  if (reading.ok) return reading;
  say(`Ava can't start: ${reading.problems.length} thing(s) to mend in the configuration.`);
  for (const problem of reading.problems) say(`  - ${problem}`);
  process.exit(EXIT_CONFIG);
}

const PAIRING = '--pair-frames=';

function pairFrames(): (typeof PAIR_FRAMES)[number] | undefined {
  const given = process.argv.find((word) => word.startsWith(PAIRING))?.slice(PAIRING.length);
  return PAIR_FRAMES.find((each) => each === given);
}

/** Asked as each call begins. Its signal is one that nothing else heeds: SIGUSR2 has the log tell more, which costs as well. */
function keepCalls(): () => boolean {
  let keeps = true;
  if (process.argv.includes('--keep-calls=by-turns')) process.on('SIGURG', () => (keeps = !keeps));
  return () => keeps;
}

/** A schema that lags behind the code would fail call by call; here it fails once, and says what to run. */
async function refuseOldSchema(config: Config): Promise<void> {
  const status = await migrationStatus(config.database.url.reveal()).catch(() => null);
  if (!status || status.pending.length === 0) return;
  say(`Ava can't start: the database lacks ${status.pending.length} migration(s). Run: npm run db -- up`);
  process.exit(1);
}

async function main(): Promise<void> {
  const { config, warnings } = configured();
  if (process.argv.includes('--check-config')) {
    for (const warning of warnings) say(`warning: ${warning}`);
    process.stdout.write(`${describeConfig(config)}\n`);
    return;
  }
  await refuseOldSchema(config);
  const events = createEvents();
  const pretty = config.nodeEnv === 'development' && process.stdout.isTTY;
  const traces = tracesOf(config, events, manifest.version);
  const { traceIdOf } = traces;
  const log = await openLog({
    events,
    level: config.log.level,
    nodeId: config.nodeId,
    pii: config.log.pii,
    pretty,
    traceIdOf,
  });
  for (const advice of warnings) events.emit('config.warned', { advice });
  let stop: ((reason: string) => void) | undefined;
  let node: AvaNode;
  try {
    node = await startNode({
      config,
      events,
      version: manifest.version,
      traces,
      onDrain: () => stop?.('POST /drain'),
      pairFrames: pairFrames(),
      keepCalls: keepCalls(),
    });
  } catch (error) {
    await log.close();
    say(`Ava can't start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
  const signals = followProcess({
    events,
    lifecycle: node.lifecycle,
    hurryOnInterrupt: config.nodeEnv === 'development',
    onStopping: () => node.health.setState('draining'),
    lastly: log.close,
    stopLimitMs: config.calls.drainTimeoutS * 1_000 + CLOSING_MS,
  });
  stop = signals.requestStop;
}

await main();
