/**
 * What live calls remember, in Redis. Two keys a call, in one slot of a Cluster:
 *
 * - `ava:{call:KEY}:head`, a hash of `epoch` (the newest owner's), `seq` and `savedBy` (number and epoch of the last
 *   save) and `:NAME` for each part of the head; of a call that is over `epoch` and `ending` alone, of one that was taken
 *   when nothing was kept `epoch` alone;
 * - `ava:{call:KEY}:items`, the list of its items.
 *
 * Every operation is one script, so that it happens as a whole or not at all, and is compared with what stands there in
 * the same moment. Saving costs the same however long the call is.
 */
import { z } from 'zod';
import { type CallKeeper, type CallKey, type HeadParts, type Kept, ONE_TEXT } from '../src/domain/call-keeping.ts';
import type { RedisClient } from './redis.ts';
import { type RedisScript, redisScript } from './redis-script.ts';

/** How long a call is kept after its last save. */
export const KEPT_MS = 15 * 60_000;
/** How long it is known that a call is over: longer than anybody may take up one that was cut off. */
export const ENDED_MS = 10 * 60_000;

/** The tag is never empty, whatever the key: an empty one would not keep the two together. */
const keysOf = (key: CallKey): readonly string[] => [`ava:{call:${key}}:head`, `ava:{call:${key}}:items`];

/**
 * Its first argument is `[epoch, seq, whole, [field, text, …]]`, the others are items. The client measures, copies and
 * frames each argument, so few are cheaper; the server decodes the first, so what is long stands by itself.
 */
const SAVE = redisScript(`
local epoch, seq, whole, parts = unpack(cjson.decode(ARGV[1]))
local kept = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'savedBy', 'ending')
local keptEpoch, keptSeq = tonumber(kept[1] or 0), tonumber(kept[2] or 0)
if kept[4] and keptEpoch >= epoch then return 'ended' end
if keptEpoch > epoch then return 'stale' end
if whole then
  if kept[3] and tonumber(kept[3]) == epoch and keptSeq > seq then return 'behind' end
  redis.call('UNLINK', KEYS[1], KEYS[2])
elseif not kept[2] then
  return 'gone'
elseif keptEpoch < epoch or keptSeq + 1 ~= seq then
  return 'behind'
end
redis.call('HSET', KEYS[1], 'epoch', epoch, 'seq', seq, 'savedBy', epoch, unpack(parts))
for i = 2, #ARGV do redis.call('RPUSH', KEYS[2], ARGV[i]) end
redis.call('PEXPIRE', KEYS[1], ${KEPT_MS})
redis.call('PEXPIRE', KEYS[2], ${KEPT_MS})
return 'ok'`);

const READ = redisScript(`
local kept = redis.call('HMGET', KEYS[1], 'seq', 'ending')
if kept[2] then return {'ended', kept[2]} end
if not kept[1] then return false end
return {'live', redis.call('HGETALL', KEYS[1]), redis.call('LRANGE', KEYS[2], 0, -1)}`);

/** Without an epoch: the next. Where nothing is kept the epoch alone is, so that nobody older saves from now on. */
const TAKE = redisScript(`
local kept = redis.call('HMGET', KEYS[1], 'epoch', 'seq', 'ending')
if kept[3] then return {'ended', kept[3]} end
local epoch = ARGV[2]
if not epoch then
  if not kept[2] then return false end
  epoch = string.format('%d', tonumber(kept[1]) + 1)
elseif kept[1] and tonumber(kept[1]) >= tonumber(epoch) then
  return 'stale'
end
redis.call('HSET', KEYS[1], 'epoch', epoch)
if not kept[2] then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  return false
end
return {'live', redis.call('HGETALL', KEYS[1]), redis.call('LRANGE', KEYS[2], 0, -1)}`);

const END = redisScript(`
local kept = redis.call('HMGET', KEYS[1], 'epoch', 'ending')
local keptEpoch = tonumber(kept[1] or 0)
if kept[2] and keptEpoch >= tonumber(ARGV[1]) then return 'ended' end
if keptEpoch > tonumber(ARGV[1]) then return 'stale' end
redis.call('UNLINK', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'ending', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 'ok'`);

/** Begins the name of a part's field. */
const PART = ':';
/** Of releases that kept all parts as one text. */
const OLD_HEAD = 'head';

function pairs(fields: readonly string[]): readonly (readonly [string, string])[] {
  return Array.from({ length: fields.length / 2 }, (_, n) => [fields[2 * n] ?? '', fields[2 * n + 1] ?? '']);
}

/** An empty part is gone. */
function partsOf(fields: readonly (readonly [string, string])[]): HeadParts {
  const parts = fields.flatMap(([name, text]) => {
    if (name === OLD_HEAD) return [[ONE_TEXT, text]];
    return name.startsWith(PART) && text !== '' ? [[name.slice(PART.length), text]] : [];
  });
  return Object.fromEntries(parts);
}

const keptOf = (reply: unknown): Kept => keptReply.parse(reply);
const keptReply = z.enum(['ok', 'stale', 'gone', 'behind', 'ended']);
const counts = z.object({ epoch: z.coerce.number(), seq: z.coerce.number() });
const liveReply = z
  .tuple([z.literal('live'), z.array(z.string()), z.array(z.string())])
  .transform(([kind, fields, items]) => {
    const byName = pairs(fields);
    return { kind, ...counts.parse(Object.fromEntries(byName)), head: partsOf(byName), items };
  });
const endedReply = z.tuple([z.literal('ended'), z.string()]).transform(([kind, ending]) => ({ kind, ending }));
const callReply = z.union([liveReply, endedReply, z.null()]);
const takeReply = z.union([callReply, z.literal('stale')]);

/** Keeps calls over a connection for sessions: one server, Sentinel or Cluster. */
export function redisCallKeeper(redis: RedisClient): CallKeeper {
  const run = (script: RedisScript, key: CallKey, ...args: readonly (string | number)[]): Promise<unknown> =>
    script.run(redis, keysOf(key), args);

  return {
    save({ key, epoch, seq, head, items, whole }) {
      const parts: string[] = [];
      for (const name in head) parts.push(PART + name, head[name] ?? '');
      return run(SAVE, key, JSON.stringify([epoch, seq, whole, parts]), ...items).then(keptOf);
    },
    read: async (key) => callReply.parse(await run(READ, key)),
    take: async (key, epoch) => takeReply.parse(await run(TAKE, key, KEPT_MS, epoch)),
    takeNext: async (key) => callReply.parse(await run(TAKE, key, KEPT_MS)),
    end: (key, epoch, ending) => run(END, key, epoch, ending, ENDED_MS).then(keptOf),
  };
}
