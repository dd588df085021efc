/**
 * The life of the stand: leftovers away, ports free, stores and simulators side by side, Ava last; then until a signal
 * comes or she gives up; then all stopped in reverse. The caller holds the folder's lock throughout.
 */
import { mkdirSync } from 'node:fs';
import type { Environment } from '../../../ops/config/environment.ts';
import { processSignature, signedProcessRuns } from '../../../ops/embedded/lock.ts';
import { portIsFree } from '../../../ops/embedded/port.ts';
import { stopProcess } from '../../../ops/embedded/process.ts';
import { avaStopLimitMs, startAva } from './ava.ts';
import type { ReadyStand } from './banner.ts';
import { type Plan, planStand } from './plan.ts';
import { Refusal } from './refusal.ts';
import { googleSimulator, openAiSimulator, type Simulator, twilioSimulator } from './simulators.ts';
import { Stack } from './stack.ts';
import { readStandFile, removeStandFile, type StandFile, writeStandFile } from './stand-file.ts';
import { openDatabase, openRedis } from './stores.ts';

export interface StandOptions {
  /** Where Ava's program is. */
  projectDir: string;
  /** Where everything of the stand is kept. */
  dataDir: string;
  environment: Environment;
  report: (line: string) => void;
  /** `stop` aborts with the signal's name as its reason, `hurry` when there is no more patience. */
  signals: { stop: AbortSignal; hurry: AbortSignal };
  onReady: (stand: ReadyStand) => void;
}

interface Surroundings {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly openai: Simulator | undefined;
  readonly twilio: Simulator | undefined;
  readonly google: Simulator | undefined;
}

const LEFTOVER_STEPS = [
  { signal: 'SIGTERM', graceMs: 1_000 },
  { signal: 'SIGKILL', graceMs: 5_000 },
] as const;

/** An Ava that outlived a stand which was killed; her stores are gone, so she gets little time. */
async function stopLeftoverAva({ dataDir, report }: StandOptions): Promise<void> {
  const signature = readStandFile(dataDir)?.ava.process;
  if (signature === undefined || !signedProcessRuns(signature)) return;
  report('Stopping the Ava that an earlier run left behind.');
  await stopProcess(Number.parseInt(signature, 10), LEFTOVER_STEPS);
}

async function requirePorts({ host, port, opsPort }: Plan): Promise<void> {
  for (const [variable, number] of [
    ['PORT', port],
    ['OPS_PORT', opsPort],
  ] as const) {
    if (!(await portIsFree(host, number))) {
      throw new Refusal(
        `Port ${number} is taken by another program: stop it, or choose another with ${variable}=… npm start`,
      );
    }
  }
}

/** Brings everything Ava needs, side by side; on a failure waits for the others, so that the stack knows them all. */
async function surround({ dataDir, report }: StandOptions, plan: Plan, stack: Stack): Promise<Surroundings> {
  const stores = { plan, dataDir, stack, report };
  const database = openDatabase(stores);
  const redis = openRedis(stores);
  const simulators = Promise.all([
    plan.brings.has('openai') ? openAiSimulator(stack) : Promise.resolve(undefined),
    plan.brings.has('twilio') ? twilioSimulator(stack, plan) : Promise.resolve(undefined),
    plan.brings.has('google') ? googleSimulator(stack) : Promise.resolve(undefined),
  ]);
  await Promise.allSettled([database, redis, simulators]);
  const [databaseUrl, redisUrl, [openai, twilio, google]] = await Promise.all([database, redis, simulators]);
  return { databaseUrl, redisUrl, openai, twilio, google };
}

function standFileOf(plan: Plan, { databaseUrl, redisUrl, openai, twilio, google }: Surroundings): StandFile {
  return {
    pid: process.pid,
    ava: { url: `http://localhost:${plan.port}`, opsUrl: `http://localhost:${plan.opsPort}` },
    databaseUrl,
    redisUrl,
    simulators: {
      ...(openai && { openai: openai.url }),
      ...(twilio && { twilio: twilio.url }),
      ...(google && { google: google.url }),
    },
  };
}

const avaEnvironment = (plan: Plan, { databaseUrl, redisUrl, openai, twilio, google }: Surroundings): Environment => ({
  ...plan.environment,
  ...openai?.variables,
  ...twilio?.variables,
  ...google?.variables,
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  PORT: String(plan.port),
  OPS_PORT: String(plan.opsPort),
  PUBLIC_URL: plan.publicUrl,
});

/** Starts Ava and stays until she gives up; answers the exit code. */
async function serve(options: StandOptions, plan: Plan, stack: Stack, begun: number): Promise<number> {
  const { projectDir, dataDir, report, signals, onReady } = options;
  const surroundings = await surround(options, plan, stack);
  const file = standFileOf(plan, surroundings);
  const start = async () => {
    const ava = await startAva({
      projectDir,
      environment: avaEnvironment(plan, surroundings),
      opsUrl: `http://127.0.0.1:${plan.opsPort}`,
      drainTimeoutMs: plan.drainTimeoutMs,
      report,
      onStart: (pid) => writeStandFile(dataDir, { ...file, ava: { ...file.ava, process: processSignature(pid) } }),
    });
    return { ...ava, stop: () => ava.stop(signals.stop.reason === 'SIGINT' ? 'SIGINT' : 'SIGTERM', signals.hurry) };
  };
  const ava = await stack.start('Ava', start, avaStopLimitMs(plan.drainTimeoutMs));
  await ava.ready;
  onReady({ file, dataDir, startedInMs: performance.now() - begun });
  return ava.keepAlive();
}

/** Runs until a signal stops it (→ 0) or Ava gives up (→ her exit code). Throws where the stand cannot be brought up. */
export async function runStand(options: StandOptions): Promise<number> {
  const { dataDir, report, signals } = options;
  const begun = performance.now();
  mkdirSync(dataDir, { recursive: true });
  const plan = await planStand(options.environment);
  await stopLeftoverAva(options);
  await requirePorts(plan);
  const stack = new Stack();
  const served = serve(options, plan, stack, begun);
  const stopped = new Promise<number>((resolve) => {
    signals.stop.addEventListener('abort', () => resolve(0), { once: true });
    if (signals.stop.aborted) resolve(0);
  });
  try {
    return await Promise.race([served, stopped]);
  } finally {
    served.catch(() => undefined);
    const troubles = await stack.close();
    for (const trouble of troubles) report(trouble);
    if (troubles.length === 0) removeStandFile(dataDir);
  }
}
