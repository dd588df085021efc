/**
 * `npm start`: the whole product on one machine. Brings what the environment does not name (Postgres, Redis, OpenAI,
 * Twilio, Google), migrates and seeds, runs Ava beside them and stops all of it in reverse order. Ava is the same program as in
 * production and is told of her surroundings by environment variables alone.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeLock } from '../../ops/embedded/lock.ts';
import { banner } from './dev/banner.ts';
import { Refusal } from './dev/refusal.ts';
import { runStand } from './dev/run-stand.ts';
import { readStandFile } from './dev/stand-file.ts';

const projectDir = fileURLToPath(new URL('../..', import.meta.url));
const dataDir = join(projectDir, '.data');
const SAME_KEYPRESS_MS = 1_000;

/** Lines of the stand itself; a reader that goes away (`npm start | head`) stops nothing. */
process.stdout.on('error', () => undefined);
const report = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/**
 * Aborts at the first signal, with its name; again at a second one, to hurry. Terminals and npm both pass Ctrl-C on, so
 * what follows at once is the same keypress.
 */
function watchSignals(): { stop: AbortSignal; hurry: AbortSignal } {
  const stop = new AbortController();
  const hurry = new AbortController();
  let firstAt = 0;
  const onSignal = (name: NodeJS.Signals): void => {
    if (!stop.signal.aborted) {
      firstAt = performance.now();
      report(`\nStopping (${name}); once more to hurry.`);
      stop.abort(name);
    } else if (performance.now() - firstAt > SAME_KEYPRESS_MS) hurry.abort(name);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return { stop: stop.signal, hurry: hurry.signal };
}

async function main(): Promise<number> {
  const signals = watchSignals();
  const lock = takeLock(join(dataDir, 'dev.lock'));
  if (typeof lock === 'number') {
    const running = readStandFile(dataDir);
    report(`Ava runs from this folder already (process ${lock})${running ? `: ${running.ava.url}` : ''}`);
    return 1;
  }
  try {
    return await runStand({
      projectDir,
      dataDir,
      environment: process.env,
      report,
      signals,
      onReady: (stand) => report(banner(stand)),
    });
  } catch (error) {
    report(
      error instanceof Refusal
        ? `\n${error.message}`
        : `\nnpm start failed: ${error instanceof Error ? error.message : String(error)}`,
    );
    return error instanceof Refusal ? error.exitCode : 1;
  } finally {
    lock.release();
  }
}

process.exit(await main());
