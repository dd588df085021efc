/** One run of one server: its calls level by level, with a steady window measured at each. */
import { setTimeout as sleep } from 'node:timers/promises';
import { countInstructions, cpuMsOf, pin, residentBytesOf } from '../figures/process-costs.ts';
import type { Generator } from './generator.ts';
import type { TrafficReport } from './orders.ts';
import type { RunningServer } from './variants.ts';

/** The server has this core for itself; everything else of the benchmark shares the other. */
export const SERVER_CORE = 0;
export const OTHER_CORE = 1;

/** After a start, before the first call; and after the last call of a level was opened. */
export const SETTLING_MS = 2_000;
/**
 * And once more with the first level's calls, until what runs all the time is compiled: a node serves for days. At 100
 * calls Ava takes 2.5 ms a call-second in her first minute, 2.2 in the second, and 2.0 to 2.2 from then on.
 */
export const WARMING_MS = 120_000;
/** Of the caller's audio, how much at least must have reached the model for a window to count. */
const ARRIVED_SHARE = 0.98;

/** Of the server, a call and second. */
export interface Cost {
  /** Processor time, ms. */
  readonly cpuMs: number;
  /** Millions of instructions; null where the machine does not count them. */
  readonly instructionsM: number | null;
}

export interface LevelFigures extends Cost {
  readonly calls: number;
  readonly roundTripsMs: readonly number[];
  /** Resident memory over the idle server's, a call. */
  readonly memoryKb: number;
  /** Of the generator: the share of its core that it used, and its longest delay. */
  readonly generatorShare: number;
  readonly generatorLatestMs: number;
  readonly framesAnAppend: number;
}

function assertArrived(traffic: TrafficReport): void {
  const { model, framesSent, probesSent, roundTripsMs } = traffic;
  const share = model.ms / (framesSent * 20);
  if (share < ARRIVED_SHARE) throw new Error(`only ${(share * 100).toFixed(1)} % of the caller's audio arrived`);
  if (model.replies === 0 || probesSent > roundTripsMs.length * 1.05 + 5) {
    throw new Error(
      `of ${probesSent} probes ${roundTripsMs.length} came back; ${model.replies} replies were asked for`,
    );
  }
}

export interface Window {
  /** Processor time of the server, all of it. */
  readonly cpuMs: number;
  readonly tookS: number;
  readonly instructions: number | null;
  readonly traffic: TrafficReport;
}

/** Throws where audio did not arrive: a server that does nothing costs nothing. */
export async function steadyWindow(pid: number, generator: Generator, seconds: number): Promise<Window> {
  await generator.traffic();
  const instructions = countInstructions(pid);
  const [cpuBefore, begunAt] = [cpuMsOf(pid), performance.now()];
  await sleep(seconds * 1000);
  const [cpuAfter, endedAt] = [cpuMsOf(pid), performance.now()];
  const counted = await instructions.stop();
  const traffic = await generator.traffic();
  assertArrived(traffic);
  return { cpuMs: cpuAfter - cpuBefore, tookS: (endedAt - begunAt) / 1000, instructions: counted, traffic };
}

export function costOf({ cpuMs, tookS, instructions }: Window, calls: number): Cost {
  const callSeconds = calls * tookS;
  return {
    cpuMs: cpuMs / callSeconds,
    instructionsM: instructions === null ? null : instructions / 1e6 / callSeconds,
  };
}

/** Ends the calls afterwards; the server is the caller's to close. */
export async function measureLevels(
  server: RunningServer,
  generator: Generator,
  levels: readonly number[],
  seconds: number,
): Promise<LevelFigures[]> {
  const { pid, target } = server;
  pin(pid, SERVER_CORE);
  await sleep(SETTLING_MS);
  const idleBytes = residentBytesOf(pid);
  const figures: LevelFigures[] = [];
  for (const calls of levels) {
    await generator.calls(target, calls);
    await sleep(figures.length === 0 ? SETTLING_MS + WARMING_MS : SETTLING_MS);
    const measured = await steadyWindow(pid, generator, seconds);
    const { traffic, tookS } = measured;
    figures.push({
      calls,
      ...costOf(measured, calls),
      roundTripsMs: traffic.roundTripsMs,
      memoryKb: (residentBytesOf(pid) - idleBytes) / 1000 / calls,
      generatorShare: traffic.cpuMs / 1000 / tookS,
      generatorLatestMs: traffic.latestMs,
      framesAnAppend: traffic.framesSent / traffic.model.messages,
    });
  }
  await generator.hangUp();
  return figures;
}
