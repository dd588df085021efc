import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createEvents } from '../../ops/events.ts';
import { createLifecycle, type Lifecycle } from '../../ops/lifecycle.ts';
import {
  followProcess,
  type ProcessOptions,
  type ProcessPort,
  type ProcessSignals,
} from '../../ops/process-signals.ts';

interface Followed {
  readonly port: EventEmitter & ProcessPort;
  readonly exit: ReturnType<typeof vi.fn<(code: number) => void>>;
  readonly lifecycle: Lifecycle;
  readonly told: string[];
  readonly signals: ProcessSignals;
}

function followed(options: Partial<ProcessOptions> = {}): Followed {
  const events = createEvents();
  const told: string[] = [];
  events.on('process.state', ({ state, detail }) => told.push(`${state} ${detail}`));
  events.on('process.unhandled', ({ kind }) => told.push(kind));
  events.on('process.stop_failed', ({ name }) => told.push(`${name} failed`));
  const exit = vi.fn<(code: number) => void>();
  const port = Object.assign(new EventEmitter(), { exit });
  const lifecycle = createLifecycle();
  const onStopping = (): void => void told.push('not ready');
  const signals = followProcess({ events, lifecycle, hurryOnInterrupt: false, onStopping, process: port, ...options });
  onTestFinished(() => signals.release());
  return { port, exit, lifecycle, told, signals };
}

/** A close that ends only in a hurry. */
const untilHurry = (_: unknown, hurry: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (hurry.aborted) resolve();
    else hurry.addEventListener('abort', () => resolve());
  });

describe('a signal', () => {
  test('turns readiness off, closes everything and exits with 0', async () => {
    const { port, exit, lifecycle, told, signals } = followed();
    await lifecycle.add(
      'http',
      () => 1,
      () => told.push('http closed'),
    );
    port.emit('SIGTERM');
    expect(await signals.stopped).toBe(0);
    expect(told).toEqual(['draining SIGTERM', 'not ready', 'http closed', 'stopped SIGTERM']);
    expect(exit.mock.calls).toEqual([[0]]);
  });

  test('that comes a second time skips what is waited for, a third time leaves at once', async () => {
    const { port, exit, lifecycle, signals } = followed();
    await lifecycle.add('calls', () => 1, untilHurry);
    port.emit('SIGTERM');
    port.emit('SIGTERM');
    expect(exit).not.toHaveBeenCalled();
    port.emit('SIGINT');
    expect(exit.mock.calls).toEqual([[1]]);
    await signals.stopped;
  });

  test('by Ctrl-C skips the wait from the first time where asked', async () => {
    const { port, lifecycle, signals } = followed({ hurryOnInterrupt: true });
    await lifecycle.add('calls', () => 1, untilHurry);
    port.emit('SIGINT');
    expect(await signals.stopped).toBe(0);
  });

  test('is followed by a hurry when the whole stop takes too long', async () => {
    const { port, lifecycle, signals } = followed({ stopLimitMs: 20 });
    await lifecycle.add('calls', () => 1, untilHurry);
    port.emit('SIGTERM');
    expect(await signals.stopped).toBe(0);
  });

  test('ends with 1 where something could not be closed', async () => {
    const { port, lifecycle, told, signals } = followed();
    await lifecycle.add(
      'redis',
      () => 1,
      () => Promise.reject(new Error('no')),
    );
    port.emit('SIGTERM');
    expect(await signals.stopped).toBe(1);
    expect(told).toContain('redis failed');
  });
});

test('a request to drain stops in order, once', async () => {
  const { exit, told, signals } = followed();
  signals.requestStop('drain');
  signals.requestStop('drain');
  expect(await signals.stopped).toBe(0);
  expect(told).toEqual(['draining drain', 'not ready', 'stopped drain']);
  expect(exit).toHaveBeenCalledOnce();
});

test('a rejection nobody handled is told, and the process goes on', () => {
  const { port, exit, told } = followed();
  port.emit('unhandledRejection', new Error('x'));
  expect(told).toEqual(['rejection']);
  expect(exit).not.toHaveBeenCalled();
});

test('an exception nobody caught is told, and ends the process in order with 1', async () => {
  const { port, lifecycle, told, signals } = followed();
  await lifecycle.add(
    'http',
    () => 1,
    () => told.push('http closed'),
  );
  port.emit('uncaughtException', new Error('x'));
  port.emit('uncaughtException', new Error('y'));
  expect(await signals.stopped).toBe(1);
  expect(told).toEqual([
    'exception',
    'draining exception',
    'not ready',
    'exception',
    'http closed',
    'stopped exception',
  ]);
});

test('released, it listens to nothing', () => {
  const { port, signals } = followed();
  signals.release();
  expect(port.eventNames()).toEqual([]);
});

describe('a real process', () => {
  const ops = fileURLToPath(new URL('../../ops/', import.meta.url));
  const program = `
    import { createEvents } from '${ops}events.ts';
    import { createLifecycle } from '${ops}lifecycle.ts';
    import { openLog } from '${ops}log.ts';
    import { followProcess } from '${ops}process-signals.ts';
    const events = createEvents();
    const lifecycle = createLifecycle();
    const log = await openLog({ events, level: 'info', nodeId: 'n1', pii: false, pretty: false });
    followProcess({ events, lifecycle, hurryOnInterrupt: false, onStopping() {}, lastly: log.close });
    await lifecycle.add('timer', () => setInterval(() => {}, 1000), clearInterval);
    void Promise.reject(new Error('nobody handles this'));
    setTimeout(() => events.emit('process.state', { state: 'ready' }), 0);
    process.on('SIGUSR1', () => { throw new Error('nobody catches this'); });
  `;

  test.each([
    ['SIGTERM', 0, ['rejection', 'ready', 'draining', 'stopped']],
    ['SIGUSR1', 1, ['rejection', 'ready', 'exception', 'draining', 'stopped']],
  ] as const)('after %s ends with %i, its last line written', async (signal, code, expected) => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await vi.waitFor(() => expect(output).toContain('"ready"'), { timeout: 15_000 });
    const closed = once(child, 'close');
    child.kill(signal);
    expect(await closed).toEqual([code, null]);
    const told = [...output.matchAll(/"(?:state|kind)":"(\w+)"/g)].map((match) => match[1]);
    expect(told).toEqual(expected);
  });
});
