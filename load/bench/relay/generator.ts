/** The load generator (`generator/main.ts`) as a child process; it goes when its channel to us closes. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Answer, answer, type Order, type Target, type TrafficReport } from './orders.ts';

const MAIN = fileURLToPath(new URL('generator/main.ts', import.meta.url));
/** To connect a level's calls, the slowest of the orders. */
const ANSWER_LIMIT_MS = 60_000;

export interface Generator {
  readonly pid: number;
  /** `ws://…` of its model side. */
  readonly modelUrl: string;
  calls(target: Target, count: number): Promise<void>;
  /** What went through since the last time it was asked. */
  traffic(): Promise<TrafficReport>;
  hangUp(): Promise<void>;
  close(): Promise<void>;
}

async function nextAnswer(child: ChildProcess): Promise<Answer> {
  const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
  const [message]: unknown[] = await once(child, 'message', { signal });
  const given = answer.parse(message);
  if (given.type === 'failed') throw new Error(`the load generator: ${given.message}`);
  return given;
}

export async function openGenerator(): Promise<Generator> {
  const child = fork(MAIN, { execArgv: ['--import', 'tsx'] });
  const ready = await nextAnswer(child);
  if (ready.type !== 'ready' || child.pid === undefined) throw new Error('the load generator did not start');
  const ask = async (order: Order): Promise<Answer> => {
    child.send(order);
    return nextAnswer(child);
  };
  return {
    pid: child.pid,
    modelUrl: ready.modelUrl,
    async calls(target, count) {
      await ask({ type: 'calls', target, count });
    },
    async traffic() {
      const report = await ask({ type: 'traffic' });
      if (report.type !== 'traffic') throw new Error('the load generator told no traffic');
      return report;
    },
    async hangUp() {
      await ask({ type: 'hang_up' });
    },
    async close() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
