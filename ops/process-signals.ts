/**
 * When and how the process ends: SIGTERM and SIGINT stop it in order, a second signal skips what is waited for, a third
 * leaves at once. An exception nobody caught is told, and ends the process in order with exit code 1; a rejection nobody
 * handled is told, and the process goes on, since it carries other people's calls. One a process.
 */
import type { EventEmitter } from 'node:events';
import type { Events } from '../src/domain/events.ts';
import type { Lifecycle } from './lifecycle.ts';

const STOP_SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** The whole stop, drain included, within the 90 s that orchestrators are told to grant. */
const STOP_LIMIT_MS = 85_000;

/** The parts of node's `process` that are used. */
export interface ProcessPort extends Pick<EventEmitter, 'on' | 'off'> {
  exit(code: number): unknown;
}

export interface ProcessOptions {
  readonly events: Events;
  readonly lifecycle: Lifecycle;
  /** Whether Ctrl-C skips what is waited for from the first time, as in development. */
  readonly hurryOnInterrupt: boolean;
  /** Called once, first of all, when the process begins to stop: turns readiness off. */
  readonly onStopping: () => void;
  /** Awaited last, after `stopped` was told: lets the log write what it holds. Must be bounded, and not reject. */
  readonly lastly?: () => Promise<void>;
  /** After this many milliseconds of stopping there is a hurry; 85 s by default. */
  readonly stopLimitMs?: number;
  readonly process?: ProcessPort;
}

export interface ProcessSignals {
  /** Stops in order and exits; harmless when stopping already. For `POST /drain`. */
  readonly requestStop: (reason: string) => void;
  /** Resolves with the exit code once everything is closed. */
  readonly stopped: Promise<number>;
  /** Stops listening to signals and errors. */
  release(): void;
}

/** Listens to the process's signals and errors, from here to its end. */
export function followProcess(options: ProcessOptions): ProcessSignals {
  const { events, lifecycle, hurryOnInterrupt, onStopping, stopLimitMs = STOP_LIMIT_MS } = options;
  const { lastly = async () => undefined } = options;
  const port: ProcessPort = options.process ?? process;
  let exitCode = 0;
  let stopping = false;
  let hurried = false;
  let tellStopped!: (code: number) => void;
  const stopped = new Promise<number>((resolve) => {
    tellStopped = resolve;
  });

  const hurry = (): void => {
    hurried = true;
    lifecycle.hurry();
  };
  const stop = async (reason: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    const limit = setTimeout(hurry, stopLimitMs).unref();
    events.emit('process.state', { state: 'draining', detail: reason });
    onStopping();
    for (const failure of await lifecycle.stop()) {
      events.emit('process.stop_failed', failure);
      if (!hurried) exitCode = 1;
    }
    clearTimeout(limit);
    events.emit('process.state', { state: 'stopped', detail: reason });
    await lastly();
    tellStopped(exitCode);
    port.exit(exitCode);
  };

  const onSignal = (signal: string): void => {
    if (hurried && stopping) port.exit(1);
    if (stopping || (signal === 'SIGINT' && hurryOnInterrupt)) hurry();
    void stop(signal);
  };
  const onException = (error: unknown): void => {
    events.emit('process.unhandled', { kind: 'exception', error });
    exitCode = 1;
    void stop('exception');
  };
  const onRejection = (error: unknown): void => events.emit('process.unhandled', { kind: 'rejection', error });

  const listeners: readonly [string, (error: unknown) => void][] = [
    ...STOP_SIGNALS.map((signal): [string, (error: unknown) => void] => [signal, () => onSignal(signal)]),
    ['uncaughtException', onException],
    ['unhandledRejection', onRejection],
  ];
  for (const [name, listener] of listeners) port.on(name, listener);
  return {
    requestStop: (reason) => void stop(reason),
    stopped,
    release() {
      for (const [name, listener] of listeners) port.off(name, listener);
    },
  };
}
