/**
 * A whole Ava for one test: her own database and Redis, simulated OpenAI and Twilio over real sockets, and the node that
 * production runs, told of them by configuration alone. The clock may be set to any day and hour.
 */
import { createServer } from 'node:net';
import type { Clock } from '../../actors/kernel/clock.ts';
import { systemClock } from '../../actors/kernel/clock.ts';
import { loadClinic } from '../../db/clinics.ts';
import { conversationOfCall, type StoredConversation } from '../../db/conversation-reader.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { readConfig } from '../../ops/config.ts';
import { createEvents, type EventBus } from '../../ops/events.ts';
import { type AvaNode, startNode } from '../../src/bin/ava-node.ts';
import type { Clinic } from '../../src/domain/clinic.ts';
import type { CallerScript } from '../sim/callers/script.ts';
import { type OpenAiSim, type OpenAiSimOptions, startOpenAiSim } from '../sim/openai/server.ts';
import type { Call } from '../sim/twilio/call.ts';
import { startTwilioSim, type TwilioSim } from '../sim/twilio/server.ts';
import { freshDatabase, freshRedis } from './services.ts';

export const RADIANCE = '+15550100001';
export const LUMEN = '+15550100002';
const STAFF = '+15550100099';

export interface AvaStand {
  readonly node: AvaNode;
  readonly openai: OpenAiSim;
  readonly twilio: TwilioSim;
  readonly database: Database;
  readonly events: EventBus;
  readonly clinic: Clinic;
  readonly clock: Clock;
  /** A caller's call, placed now. */
  place(script: CallerScript | undefined, call?: { from?: string; to?: string }): Call;
  /** The stored conversation of a call, once its record is closed. */
  conversation(call: Call): Promise<StoredConversation>;
  stop(): Promise<void>;
}

export interface AvaStandOptions {
  /** When the test takes place; now where it does not matter. ISO 8601. */
  readonly at?: string;
  readonly pace?: number;
  readonly openai?: OpenAiSimOptions;
  /** Further environment variables. */
  readonly environment?: Record<string, string>;
}

/** Human pace would make a booking take a minute; nothing in Ava depends on how fast people talk. */
const PACE = 5;
const RECORD_MS = 5_000;

export async function startAva(options: AvaStandOptions = {}): Promise<AvaStand> {
  const { pace = PACE } = options;
  const [database, redis, port] = await Promise.all([freshDatabase(), freshRedis(), freePort()]);
  const publicUrl = `http://127.0.0.1:${port}`;
  const openai = await startOpenAiSim({ pace, ...options.openai });
  const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'a token of the simulated account' };
  const number = { voiceUrl: `${publicUrl}/twilio/voice`, statusCallback: `${publicUrl}/twilio/status` };
  const twilio = await startTwilioSim({
    ...account,
    numbers: { [RADIANCE]: number, [LUMEN]: number, '+15550100003': number },
    staff: { [STAFF]: { kind: 'answers', greeting: 'Front desk speaking.' } },
    pace,
  });
  const config = readConfig({
    NODE_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: String(port),
    OPS_PORT: '0',
    PUBLIC_URL: publicUrl,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    OPENAI_API_KEY: 'sk-simulated',
    OPENAI_BASE_URL: openai.url,
    OPENAI_REALTIME_URL: openai.realtimeUrl,
    TWILIO_ACCOUNT_SID: account.accountSid,
    TWILIO_AUTH_TOKEN: account.authToken,
    TWILIO_API_BASE_URL: twilio.url,
    DRAIN_TIMEOUT_S: '0',
    ...options.environment,
  });
  if (!config.ok) throw new Error(config.problems.join('\n'));
  const clock = options.at === undefined ? systemClock() : clockFrom(Date.parse(options.at));
  const events = createEvents();
  const node = await startNode({ config: config.config, events, version: 'test', onDrain: () => undefined, clock });
  const own = openPostgres({ url: database.url, poolSize: 2, applicationName: 'test' });
  const clinic = await loadClinic(own, { phone: RADIANCE });
  if (!clinic) throw new Error('the demo clinic was not seeded');
  return {
    node,
    openai,
    twilio,
    database: own,
    events,
    clinic,
    clock,
    place: (script, call = {}) =>
      twilio.placeCall({
        from: call.from ?? '+15550109999',
        to: call.to ?? RADIANCE,
        ...(script ? { caller: script } : {}),
      }),
    conversation: (call) => closedRecord(own, clinic.id, call.sid),
    async stop() {
      await node.lifecycle.stop();
      await Promise.all([openai.stop(), twilio.stop(), own.close()]);
      await Promise.all([database.drop(), redis.drop()]);
    },
  };
}

/** A clock that shows `startsAt` now and goes on from there as time does. */
function clockFrom(startsAt: number): Clock {
  const real = systemClock();
  const ahead = startsAt - real.now();
  return { now: () => real.now() + ahead, wakeAt: (at, wake) => real.wakeAt(at - ahead, wake) };
}

async function closedRecord(database: Database, clinicId: string, callSid: string): Promise<StoredConversation> {
  return until(`the record of ${callSid} to be closed`, RECORD_MS, async () => {
    const found = await conversationOfCall(database, clinicId, callSid);
    return found?.status === 'ended' ? found : undefined;
  });
}

/** Asks again and again until there is an answer; fails, naming what was waited for, past the deadline. */
export async function until<T>(
  what: string,
  deadlineMs: number,
  ask: () => Promise<T | undefined> | T | undefined,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
