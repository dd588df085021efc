/** What a stretch of work costs in processor time, which says more than its latency where the machine has other work. */
import type { Database } from '../../../db/postgres.ts';
import { cpuMsOf, cpuMsOfAll } from '../figures/process-costs.ts';

export interface ProcessorTime {
  /** ms of this process, and of the Postgres processes that served it. */
  readonly nodeMs: number;
  readonly postgresMs: number;
  /** Cores that others used meanwhile, on average. */
  readonly otherCores: number;
}

/** `applicationName`: of the connections whose servers count. */
export async function processorTimeOf<T>(
  owner: Database,
  applicationName: string,
  work: () => Promise<T>,
): Promise<readonly [T, ProcessorTime]> {
  const before = [
    cpuMsOf(process.pid),
    await ofServers(owner, applicationName),
    cpuMsOfAll(),
    performance.now(),
  ] as const;
  const value = await work();
  const nodeMs = cpuMsOf(process.pid) - before[0];
  const postgresMs = (await ofServers(owner, applicationName)) - before[1];
  const othersMs = cpuMsOfAll() - before[2] - nodeMs - postgresMs;
  return [value, { nodeMs, postgresMs, otherCores: othersMs / (performance.now() - before[3]) }];
}

async function ofServers(owner: Database, applicationName: string): Promise<number> {
  const rows = await owner.unbound(
    'servers',
    (sql) => sql<{ pid: number }[]>`select pid from pg_stat_activity where application_name = ${applicationName}`,
  );
  return rows.reduce((sum, { pid }) => sum + cpuMsOf(pid), 0);
}

export function toldTime({ nodeMs, postgresMs, otherCores }: ProcessorTime, deeds: number): string {
  const each = (ms: number): string => (ms / deeds).toFixed(2);
  return `processor time each: node ${each(nodeMs)}, Postgres ${each(postgresMs)} ms; others used ${otherCores.toFixed(1)} cores`;
}
