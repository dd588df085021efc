/**
 * A whole Ava for one test: her own database and Redis, simulated OpenAI, Twilio and Google over real sockets, and the node that
 * production runs, told of them by configuration alone. The clock may be set to any day and hour.
 */
import type { Clock } from '../../actors/kernel/clock.ts';
import { systemClock } from '../../actors/kernel/clock.ts';
import type { Rotation } from '../../actors/model/state.ts';
import { loadClinic } from '../../db/clinics.ts';
import { conversationOfCall, type StoredConversation } from '../../db/conversation-reader.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import type { ThreadTimes } from '../../db/thread-book.ts';
import { readConfig } from '../../ops/config.ts';
import { freePort } from '../../ops/embedded/port.ts';
import { createEvents, type EventBus } from '../../ops/events.ts';
import type { RetryPolicy } from '../../queues/retry.ts';
import { type AvaNode, startNode } from '../../src/bin/ava-node.ts';
import type { Clinic } from '../../src/domain/clinic.ts';
import type { CallerScript } from '../sim/callers/script.ts';
import type { OpenAiSimOptions } from '../sim/openai/server.ts';
import type { Call } from '../sim/twilio/call.ts';
import type { FaultPlan } from '../sim/twilio/faults.ts';
import { type Outside, type OutsideOptions, RADIANCE, startOutside } from './outside.ts';
import { freshDatabase, freshRedis } from './services.ts';

export { LUMEN } from './outside.ts';

export interface AvaStand extends Pick<Outside, 'openai' | 'twilio' | 'google' | 'publicUrl' | 'authToken'> {
  readonly node: AvaNode;
  readonly database: Database;
  readonly events: EventBus;
  readonly clinic: Clinic;
  readonly clock: Clock;
  /** A caller's call, placed now. */
  place(script: CallerScript | undefined, call?: { from?: string; to?: string; faults?: FaultPlan }): Call;
  /** The stored conversation of a call, once its record is closed. */
  conversation(call: Call): Promise<StoredConversation>;
  /** The same once it is scored. */
  scored(call: Call): Promise<StoredConversation>;
  stop(): Promise<void>;
}

/** Where Ava remembers; a migrated and seeded database. */
export interface Stores {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

export interface AvaStandOptions {
  /** When the test takes place; now where it does not matter. ISO 8601. */
  readonly at?: string;
  readonly pace?: number;
  readonly openai?: OpenAiSimOptions;
  readonly google?: OutsideOptions['google'];
  /** How the demo clinic's staff line reacts to being dialled. */
  readonly staff?: OutsideOptions['staff'];
  /** Stores of the test's own, which it takes down itself; fresh ones of the run's servers where absent. */
  readonly stores?: Stores;
  /** Whether she has her phrases rendered, beside the calls: then not every session and response is a call's. */
  readonly rendersPhrases?: boolean;
  /** When a call's session with the model is followed by a fresh one. */
  readonly modelRotation?: Rotation;
  /** How often and how soon a model that could not score is asked again. */
  readonly scoringPatience?: RetryPolicy;
  /** The same of one that gave no answer to a text, and how long texts wait for each other. */
  readonly answeringPatience?: RetryPolicy;
  readonly threadTimes?: ThreadTimes;
  /** In place of `at`. */
  readonly clock?: Clock;
  /** Further environment variables. */
  readonly environment?: Record<string, string>;
}

const RECORD_MS = 15_000;

export async function startAva(options: AvaStandOptions = {}): Promise<AvaStand> {
  const [stores, port] = await Promise.all([lend(options.stores), freePort()]);
  const outside = await startOutside({ port, ...options });
  const config = readConfig({
    NODE_ENV: 'test',
    DATABASE_URL: stores.databaseUrl,
    REDIS_URL: stores.redisUrl,
    DRAIN_TIMEOUT_S: '0',
    ...outside.environment,
    ...options.environment,
  });
  if (!config.ok) throw new Error(config.problems.join('\n'));
  const clock = options.clock ?? (options.at === undefined ? systemClock() : clockFrom(Date.parse(options.at)));
  const events = createEvents();
  const node = await startNode({
    config: config.config,
    events,
    version: 'test',
    onDrain: () => undefined,
    clock,
    rendersPhrases: options.rendersPhrases ?? false,
    modelRotation: options.modelRotation,
    scoringPatience: options.scoringPatience,
    answeringPatience: options.answeringPatience,
    threadTimes: options.threadTimes,
  });
  const own = openPostgres({ url: stores.databaseUrl, poolSize: 2, applicationName: 'test' });
  const clinic = await loadClinic(own, { phone: RADIANCE });
  if (!clinic) throw new Error('the demo clinic was not seeded');
  return {
    ...outside,
    node,
    database: own,
    events,
    clinic,
    clock,
    place: (script, call = {}) =>
      outside.twilio.placeCall({
        from: call.from ?? '+15550109999',
        to: call.to ?? RADIANCE,
        ...(script ? { caller: script } : {}),
        ...(call.faults && { faults: call.faults }),
      }),
    conversation: (call) => closedRecord(own, clinic.id, call.sid),
    scored: (call) => record(own, clinic.id, call.sid, 'to be scored', ({ score }) => score !== null),
    async stop() {
      await node.lifecycle.stop();
      await Promise.all([outside.stop(), own.close()]);
      await stores.giveBack();
    },
  };
}

/** The test's own stores as they are, or fresh ones until they are given back. */
async function lend(own: Stores | undefined): Promise<Stores & { giveBack(): Promise<void> }> {
  if (own) return { ...own, giveBack: () => Promise.resolve() };
  const [database, redis] = await Promise.all([freshDatabase(), freshRedis()]);
  return {
    databaseUrl: database.url,
    redisUrl: redis.url,
    async giveBack() {
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

/** The conversation of a call, once its record is closed. */
export function closedRecord(database: Database, clinicId: string, callSid: string): Promise<StoredConversation> {
  return record(database, clinicId, callSid, 'to be closed', ({ status }) => status === 'ended');
}

function record(
  database: Database,
  clinicId: string,
  callSid: string,
  what: string,
  isSo: (found: StoredConversation) => boolean,
): Promise<StoredConversation> {
  return until(`the record of ${callSid} ${what}`, RECORD_MS, async () => {
    const found = await conversationOfCall(database, clinicId, callSid);
    return found && isSo(found) ? found : undefined;
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
