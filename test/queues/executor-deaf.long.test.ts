/** A network that forgets its connections to Redis: they stay open, and nothing ever comes through again. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { redisServer } from '../db/redis-server.ts';
import { openTcpProxy } from '../db/tcp-proxy.ts';
import { notedJob, openStage } from './stage.ts';

it('jobs are run again within seconds, those that came meanwhile too', { timeout: 60_000 }, async () => {
  const server = await redisServer();
  const proxy = await openTcpProxy(`redis://127.0.0.1:${server.port}`);
  onTestFinished(() => proxy.close());
  const { job, runs } = notedJob();
  const { executor } = openStage(proxy.url, [job]);
  await executor.enqueue('errand', { n: 1 });
  await vi.waitFor(() => expect(runs).toHaveLength(1), { timeout: 10_000 });
  proxy.forget();
  const added = executor.enqueue('errand', { n: 2 });
  await vi.waitFor(() => expect(runs.at(-1)?.data).toEqual({ n: 2 }), { timeout: 40_000 });
  await added;
});
