/**
 * The telephones, a process of its own: a simulated Twilio whose callers call one after the other. It obeys the orders of
 * its parent, tells of each call once it is over, and goes with it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { numberSettings } from '../../../../src/twilio/addresses.ts';
import type { Call } from '../../../../test/sim/twilio/call.ts';
import { startTwilioSim } from '../../../../test/sim/twilio/server.ts';
import { account, type News, type Order, order } from '../orders.ts';
import { recorded } from './recording.ts';
import { talker } from './talker.ts';

const { publicUrl, accountSid, authToken, number, staff, actionMs, seed } = account.parse(
  JSON.parse(process.argv[2] ?? '{}'),
);
const twilio = await startTwilioSim({
  accountSid,
  authToken,
  numbers: { [number]: numberSettings(publicUrl) },
  staff: { [staff]: { kind: 'answers', greeting: 'Front desk speaking.', acceptDigits: '1' } },
  seed,
  faults: { action: { delayMs: actionMs } },
});

const tell = (news: News): void => void process.send?.(news);
const live = new Set<Call>();
let placed = 0;
const lastCalls = new AbortController();

async function callAgainAndAgain(): Promise<void> {
  while (!lastCalls.signal.aborted) {
    const n = placed++;
    const call = twilio.placeCall({
      from: `+1555030${String(n).padStart(4, '0')}`,
      to: number,
      caller: talker(n, Date.now()),
    });
    live.add(call);
    const record = await recorded(call);
    live.delete(call);
    tell({ type: 'call', record });
  }
}

async function call({ calls, rampMs }: Extract<Order, { type: 'call' }>): Promise<void> {
  const callers = Array.from({ length: calls }, async (_, n) => {
    await sleep((rampMs * n) / calls);
    await callAgainAndAgain();
  });
  await Promise.all(callers);
  const { user, system } = process.cpuUsage();
  tell({ type: 'idle', stalledMs: twilio.stalledMs, cpuMs: (user + system) / 1_000 });
}

process.on('message', (message) => {
  const given = order.parse(message);
  switch (given.type) {
    case 'call':
      void call(given);
      return;
    case 'last_calls':
      lastCalls.abort();
      return;
    case 'hang_up':
      for (const each of live) each.hangUp();
  }
});
process.once('disconnect', () => process.exit(0));
tell({ type: 'ready', url: twilio.url });
