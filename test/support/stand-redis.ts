/**
 * The test run's Redis: one server with many numbered databases, one for each test that asks. A database is emptied
 * when it is given back, and before it is lent again.
 */
import { Redis } from 'ioredis';
import { startRedis } from '../../ops/embedded/redis.ts';

export interface RedisIndexes {
  take(): Promise<{ index: number; url: string }>;
  giveBack(index: number): Promise<void>;
  close(): Promise<void>;
}

const INDEXES = 256;

/** Starts the server in `dir`. */
export async function openRedisIndexes({ dir, cacheDir }: { dir: string; cacheDir: string }): Promise<RedisIndexes> {
  const server = await startRedis({ dir, cacheDir, databases: INDEXES, durable: false });
  const client = new Redis(server.url);
  const free = Array.from({ length: INDEXES }, (_, index) => index);
  const empty = async (index: number): Promise<void> => {
    await client.multi().select(index).flushdb().exec();
  };
  return {
    take: async () => {
      const index = free.shift();
      if (index === undefined)
        throw new Error(`all ${INDEXES} Redis databases are in use: a test does not drop its own`);
      await empty(index);
      return { index, url: `${server.url}/${index}` };
    },
    giveBack: async (index) => {
      await empty(index);
      free.push(index);
    },
    close: async () => {
      client.disconnect();
      await server.stop();
    },
  };
}
