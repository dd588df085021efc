/**
 * The copies of clinics in Redis: what one node read, any other can answer from when Postgres is away, though it never
 * met the clinic. Two kinds of keys, each written and read by itself, so that a Cluster may keep them anywhere:
 *
 * - `ava:clinic:ID`, a hash of `value` (the clinic as JSON; empty: it was deleted) and `readAtUs` (when it was read);
 * - `ava:clinic-phone:NUMBER`, the same with a clinic's id for a value. It is a hint: who follows it checks that the
 *   clinic still has that number.
 *
 * A copy is replaced only by one read later by Postgres' clock, so that a slow node never brings an old one back.
 */
import { z } from 'zod';
import { type Clinic, numbersOf } from '../src/domain/clinic.ts';
import { type ClinicKey, isOf, parseClinic } from './clinics.ts';
import type { RedisClient } from './redis.ts';

export interface ClinicCopy {
  readonly clinicId: string;
  /** Null: it was deleted. */
  readonly clinic: Clinic | null;
  /** Microseconds since 1970, by Postgres' clock. */
  readonly readAtUs: number;
}

export interface KeptClinic {
  readonly clinic: Clinic;
  readonly readAtUs: number;
  /** How long ago it was kept, by Redis' clock. */
  readonly ageMs: number;
}

export interface ClinicVault {
  /** Keeps these copies but where there is a later one. Rejects at the first that fails; the rest is then left out. */
  keep(copies: readonly ClinicCopy[]): Promise<void>;
  /** The last copy kept; undefined where there is none, or none that is a clinic. Rejects where Redis does not answer. */
  find(key: ClinicKey): Promise<KeptClinic | undefined>;
}

export interface ClinicVaultSettings {
  /** Told of a copy that is no clinic, such as one of another version of the program. Must not throw. */
  readonly onUnreadable?: (clinicId: string, error: unknown) => void;
}

/** How long a copy stays the last known good. */
export const KEPT_MS = 7 * 24 * 3_600_000;
/** Copies on their way at once: what a slow connection carries within the time limit of a command. */
const KEEPING_AT_ONCE = 20;

const KEEP_NEWEST = `
local readAtUs = redis.call('HGET', KEYS[1], 'readAtUs')
if readAtUs and tonumber(readAtUs) > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'readAtUs', ARGV[1], 'value', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

/** One script, so that a value and its age belong together; what is left of its life tells the age by one clock. */
const FIND = `
local found = redis.call('HMGET', KEYS[1], 'value', 'readAtUs')
return {found[1], found[2], redis.call('PTTL', KEYS[1])}`;

const reply = z.tuple([z.string(), z.coerce.number(), z.number()]);

interface Kept {
  readonly value: string;
  readonly readAtUs: number;
  readonly ageMs: number;
}

/** The vault in Redis, on a connection for sessions: a command fails at once with Redis away, and in 250 ms with it frozen. */
export function redisClinicVault(redis: RedisClient, { onUnreadable }: ClinicVaultSettings = {}): ClinicVault {
  const put = (key: string, value: string, readAtUs: number): Promise<unknown> =>
    redis.eval(KEEP_NEWEST, 1, key, String(readAtUs), value, String(KEPT_MS));

  async function get(key: string): Promise<Kept | undefined> {
    const answer = await redis.eval(FIND, 1, key);
    if (!Array.isArray(answer) || !answer[0]) return undefined;
    const [value, readAtUs, leftMs] = reply.parse(answer);
    return { value, readAtUs, ageMs: Math.max(0, KEPT_MS - leftMs) };
  }

  function readable(clinicId: string, value: string): Clinic | undefined {
    try {
      return parseClinic(JSON.parse(value));
    } catch (error) {
      onUnreadable?.(clinicId, error);
      return undefined;
    }
  }

  async function keepOne({ clinicId, clinic, readAtUs }: ClinicCopy): Promise<void> {
    await put(keyOf({ id: clinicId }), clinic === null ? '' : JSON.stringify(clinic), readAtUs);
    const numbers = clinic === null ? [] : numbersOf(clinic);
    await Promise.all(numbers.map((phone) => put(keyOf({ phone }), clinicId, readAtUs)));
  }

  return {
    async keep(copies) {
      for (let start = 0; start < copies.length; start += KEEPING_AT_ONCE) {
        await Promise.all(copies.slice(start, start + KEEPING_AT_ONCE).map(keepOne));
      }
    },
    async find(key) {
      const id = 'id' in key ? key.id : (await get(keyOf(key)))?.value;
      if (id === undefined) return undefined;
      const kept = await get(keyOf({ id }));
      if (kept === undefined) return undefined;
      const clinic = readable(id, kept.value);
      if (clinic === undefined || !isOf(clinic, key)) return undefined;
      return { clinic, readAtUs: kept.readAtUs, ageMs: kept.ageMs };
    },
  };
}

function keyOf(key: ClinicKey): string {
  return 'phone' in key ? `ava:clinic-phone:${key.phone}` : `ava:clinic:${key.id}`;
}
