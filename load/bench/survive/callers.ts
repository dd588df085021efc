/** The process with the telephones (`callers/main.ts`), as the benchmark has it; it goes when its channel to us closes. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { runsFirst } from '../figures/process-costs.ts';
import { type Account, type News, news, type Order } from './orders.ts';
import type { PhoneRecord } from './phone-record.ts';

const MAIN = fileURLToPath(new URL('callers/main.ts', import.meta.url));
const READY_LIMIT_MS = 30_000;

export interface Callers {
  /** Of the simulated Twilio's REST API. */
  readonly url: string;
  /** Of all calls that are over. */
  readonly records: readonly PhoneRecord[];
  /** So many callers at all times, the first of them within `rampMs`. */
  call(calls: number, rampMs: number): void;
  /** Nobody calls any more; resolves once all have finished, or hung up after `limitMs`. */
  finish(limitMs: number): Promise<Extract<News, { type: 'idle' }>>;
  close(): Promise<void>;
}

export async function openCallers(account: Account): Promise<Callers> {
  const child = fork(MAIN, [JSON.stringify(account)], { execArgv: ['--import', 'tsx'] });
  if (child.pid !== undefined) runsFirst(child.pid);
  const records: PhoneRecord[] = [];
  const order = (given: Order): void => void child.send(given);
  const exited = once(child, 'exit');
  const heardOf = <Type extends News['type']>(type: Type): Promise<Extract<News, { type: Type }>> =>
    new Promise((resolve, reject) => {
      child.on('message', (message) => {
        const given = news.parse(message);
        if (isOf(given, type)) resolve(given);
      });
      void exited.then(([code]) => reject(new Error(`the telephones ended by themselves (${code})`)));
    });
  child.on('message', (message) => {
    const given = news.parse(message);
    if (given.type === 'call') records.push(given.record);
  });
  const ready = await Promise.race([heardOf('ready'), late()]);
  const idle = heardOf('idle');
  idle.catch(() => undefined);
  return {
    url: ready.url,
    records,
    call: (calls, rampMs) => order({ type: 'call', calls, rampMs }),
    async finish(limitMs) {
      order({ type: 'last_calls' });
      const impatience = setTimeout(() => order({ type: 'hang_up' }), limitMs);
      const told = await idle;
      clearTimeout(impatience);
      return told;
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await exited;
    },
  };
}

function isOf<Type extends News['type']>(given: News, type: Type): given is Extract<News, { type: Type }> {
  return given.type === type;
}

function late(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('the telephones did not start')), READY_LIMIT_MS).unref();
  });
}
