/** Postgres, Redis or both die without warning in the middle of a call, and come back. */
import { describe, expect, it, type TestContext } from 'vitest';
import { scenario } from '../sim/callers/scenarios.ts';
import type { Call } from '../sim/twilio/call.ts';
import { type AvaStand, startAva } from '../support/ava.ts';
import { type OwnStore, openOwnPostgres, openOwnRedis } from '../support/own-stores.ts';
import { openStream, ring } from '../support/stranger.ts';
import {
  BOOKED,
  CANNOT_CONFIRM,
  DETAILS,
  expectWholeRecord,
  GOODBYE,
  GREETED,
  hears,
  NAME_ASKED,
  says,
  WISH,
} from '../support/talk.ts';

const LIMIT_MS = 90_000;
const POLICY_VIOLATION = 1008;
/** Nothing here depends on how fast people talk. */
const PACE = 8;

interface Stand {
  readonly postgres: OwnStore;
  readonly redis: OwnStore;
  readonly ava: AvaStand;
  /** What should never happen, as it was told. */
  readonly crashes: unknown[];
}

/** An Ava with stores of her own; taken down when the test is finished. */
async function standUp({ onTestFinished }: TestContext): Promise<Stand> {
  const [postgres, redis] = await Promise.all([openOwnPostgres(), openOwnRedis()]);
  onTestFinished(async () => {
    await Promise.all([postgres.close(), redis.close()]);
  });
  const ava = await startAva({ pace: PACE, stores: { databaseUrl: postgres.url, redisUrl: redis.url } });
  onTestFinished(() => ava.stop());
  const crashes: unknown[] = [];
  for (const name of ['call.crashed', 'process.unhandled', 'http.failed', 'log.entries_dropped'] as const) {
    ava.events.on(name, (event) => crashes.push(event));
  }
  return { postgres, redis, ava, crashes };
}

/** Everything up to the moment at which she asks for the caller's name. */
async function wishedFor(call: Call): Promise<void> {
  await hears(call, GREETED);
  await says(call, WISH, NAME_ASKED);
}

/** From the farewell to the record: it is whole, with one appointment. */
async function bookedOnce({ ava, crashes }: Stand, call: Call): Promise<void> {
  await call.say(GOODBYE);
  await call.ended;
  const record = await ava.conversation(call);
  expectWholeRecord(call, record);
  expect(record.outcome).toBe('appointment_scheduled');
  expect(record.appointments).toEqual([expect.objectContaining({ status: 'confirmed', customer: 'Jordan Lee' })]);
  expect(call.log.violations).toEqual([]);
  expect(crashes).toEqual([]);
}

describe.concurrent('in the middle of a call', () => {
  it('Postgres goes: she says that she cannot confirm, and books for the same caller when it is back', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const stand = await standUp(context);
    const { ava, postgres } = stand;
    const call = ava.place(undefined);
    await wishedFor(call);
    await postgres.kill();
    expect(await says(call, DETAILS, CANNOT_CONFIRM)).not.toMatch(/booked/i);
    await postgres.revive();
    expect(await says(call, 'No, thank you.', /anything else/)).not.toMatch(/booked/i);
    expect(await says(call, WISH, BOOKED)).not.toMatch(/trouble/);
    await bookedOnce(stand, call);
  });

  it('Postgres goes and is back before it is needed: the caller hears nothing of it', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const stand = await standUp(context);
    const { ava, postgres } = stand;
    const call = ava.place(undefined);
    await wishedFor(call);
    await postgres.kill();
    await postgres.revive();
    expect(await says(call, DETAILS, BOOKED)).not.toMatch(/trouble/);
    await bookedOnce(stand, call);
  });

  it('Redis goes: nothing is heard of it, and new calls are taken, each ticket good for one stream', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const stand = await standUp(context);
    const { ava, redis } = stand;
    const call = ava.place(undefined);
    await wishedFor(call);
    await redis.kill();
    const another = ava.place(scenario('hours'), { from: '+15550107171' });
    const admitted = await ring(ava);
    const first = await openStream(ava, admitted);
    const second = await openStream(ava, admitted);
    expect(await second.closed).toBe(POLICY_VIOLATION);
    expect(first.socket.readyState).toBe(first.socket.OPEN);
    first.socket.close();
    expect(await says(call, DETAILS, BOOKED)).not.toMatch(/trouble/);
    await another.ended;
    expect(another.heardText).toMatch(/9 AM to 6 PM/);
    await redis.revive();
    await bookedOnce(stand, call);
    expect((await ava.conversation(another)).outcome).toBe('info_only');
  });

  it('both go: the call and a new one go on, nothing false is said, and the caller books when they are back', {
    timeout: LIMIT_MS,
  }, async (context) => {
    const stand = await standUp(context);
    const { ava, postgres, redis } = stand;
    const call = ava.place(undefined);
    await wishedFor(call);
    await Promise.all([postgres.kill(), redis.kill()]);
    const another = ava.place(scenario('price'), { from: '+15550107171' });
    expect(await says(call, DETAILS, CANNOT_CONFIRM)).not.toMatch(/booked/i);
    await another.ended;
    expect(another.heardText).toMatch(/\$350/);
    await Promise.all([postgres.revive(), redis.revive()]);
    expect(await says(call, 'No, thank you.', /anything else/)).not.toMatch(/booked/i);
    await says(call, WISH, BOOKED);
    await bookedOnce(stand, call);
    expectWholeRecord(another, await ava.conversation(another));
  });
});
