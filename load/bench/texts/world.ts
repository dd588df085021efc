/** The simulators' process (`simulators.ts`), as the benchmark has it; it goes when its channel to us closes. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Answer, answer, type Flow, type WorldSettings } from './orders.ts';

const MAIN = fileURLToPath(new URL('simulators.ts', import.meta.url));
/** Beyond the flow itself: to start, or until the last text is answered. */
const ANSWER_LIMIT_MS = 60_000;

export type Flowed = Extract<Answer, { type: 'flowed' }>;

export interface TextWorld {
  readonly openaiUrl: string;
  readonly twilioUrl: string;
  /** Has people write, and resolves once all of them have their replies. Rejects where one has none, or two. */
  flow(order: Flow): Promise<Flowed>;
  close(): Promise<void>;
}

async function nextAnswer(child: ChildProcess, limitMs: number): Promise<Answer> {
  const [message]: unknown[] = await once(child, 'message', { signal: AbortSignal.timeout(limitMs) });
  const given = answer.parse(message);
  if (given.type === 'failed') throw new Error(`the simulators: ${given.message}`);
  return given;
}

export async function openTextWorld(settings: WorldSettings): Promise<TextWorld> {
  const child = fork(MAIN, [JSON.stringify(settings)], { execArgv: ['--import', 'tsx'] });
  const ready = await nextAnswer(child, ANSWER_LIMIT_MS);
  if (ready.type !== 'ready') throw new Error('the simulators did not start');
  return {
    openaiUrl: ready.openaiUrl,
    twilioUrl: ready.twilioUrl,
    async flow(order) {
      child.send(order);
      const flowed = await nextAnswer(child, order.seconds * 1_000 + ANSWER_LIMIT_MS);
      if (flowed.type !== 'flowed') throw new Error('the simulators told of no flow');
      return flowed;
    },
    async close() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
