import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLifecycle } from '../../ops/lifecycle.ts';

const afterThreeSeconds = (): Promise<string> => new Promise((resolve) => setTimeout(() => resolve('late'), 3000));
const never = (): Promise<never> => new Promise(() => undefined);

describe('a lifecycle', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('opens in order and closes in reverse, each with what it opened', async () => {
    const lifecycle = createLifecycle();
    const told: string[] = [];
    for (const name of ['postgres', 'redis', 'http']) {
      const resource = await lifecycle.add(
        name,
        () => {
          told.push(`open ${name}`);
          return `${name} handle`;
        },
        (handle) => told.push(`close ${handle}`),
      );
      expect(resource).toBe(`${name} handle`);
    }
    expect(await lifecycle.stop()).toEqual([]);
    expect(told).toEqual([
      'open postgres',
      'open redis',
      'open http',
      'close http handle',
      'close redis handle',
      'close postgres handle',
    ]);
  });

  test('closes everything though some fail or hang, and tells of each', async () => {
    const lifecycle = createLifecycle();
    const closed = vi.fn<() => void>();
    const refusal = new Error('refused');
    await lifecycle.add('first', () => 1, closed);
    await lifecycle.add(
      'fails',
      () => 2,
      () => Promise.reject(refusal),
    );
    await lifecycle.add('hangs', () => 3, never, { closeMs: 5000 });

    const stopping = lifecycle.stop();
    await vi.advanceTimersByTimeAsync(5000);

    expect(await stopping).toEqual([
      {
        name: 'hangs',
        error: expect.objectContaining({ message: expect.stringMatching(/^closing hangs took longer/) }),
      },
      { name: 'fails', error: refusal },
    ]);
    expect(closed).toHaveBeenCalledOnce();
  });

  test('stops once, whoever asks', async () => {
    const lifecycle = createLifecycle();
    const close = vi.fn<() => void>();
    await lifecycle.add('one', () => 1, close);
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    await lifecycle.stop();
    expect(close).toHaveBeenCalledOnce();
  });

  test('has nothing to close where opening failed', async () => {
    const lifecycle = createLifecycle();
    const close = vi.fn<() => void>();
    await expect(lifecycle.add('http', () => Promise.reject(new Error('port taken')), close)).rejects.toThrow(
      'port taken',
    );
    expect(await lifecycle.stop()).toEqual([]);
    expect(close).not.toHaveBeenCalled();
  });

  test('gives up an opening that takes too long, and closes it when it comes nevertheless', async () => {
    const lifecycle = createLifecycle();
    const close = vi.fn<(resource: string) => void>();
    const adding = lifecycle.add('slow', afterThreeSeconds, close, { openMs: 1000 });
    await Promise.all([expect(adding).rejects.toThrow(/^opening slow took longer/), vi.advanceTimersByTimeAsync(1000)]);

    const stopping = lifecycle.stop();
    await vi.advanceTimersByTimeAsync(2000);
    expect(await stopping).toEqual([]);
    expect(close).toHaveBeenCalledWith('late', expect.anything());
  });

  test('opens nothing more once it is stopped', async () => {
    const lifecycle = createLifecycle();
    const open = vi.fn<() => void>();
    await lifecycle.stop();
    await expect(lifecycle.add('late', open, () => undefined)).rejects.toThrow('the process is stopping');
    expect(open).not.toHaveBeenCalled();
  });

  test('in a hurry tells what waits, and waits two seconds at most', async () => {
    const lifecycle = createLifecycle();
    const hurried = vi.fn<() => void>();
    await lifecycle.add('hangs', () => 1, never, { closeMs: 60_000 });
    await lifecycle.add(
      'drains',
      () => 2,
      (_, hurry) =>
        new Promise<void>((resolve) => {
          hurry.addEventListener('abort', () => {
            hurried();
            resolve();
          });
        }),
      { closeMs: 60_000 },
    );
    const stopping = lifecycle.stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(hurried).not.toHaveBeenCalled();

    lifecycle.hurry();
    await vi.advanceTimersByTimeAsync(2000);

    expect((await stopping).map(({ name }) => name)).toEqual(['hangs']);
    expect(hurried).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });
});
