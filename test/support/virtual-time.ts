/**
 * Time that passes as fast as it can be computed: the timers of the process (the simulators') and simulated clocks (our
 * own) go on together, promises settle in between. Nothing real may be waited for meanwhile, such as a socket.
 */
import { setImmediate } from 'node:timers/promises';
import { vi } from 'vitest';
import { SimulatedClock } from '../../actors/kernel/simulated-clock.ts';

export interface VirtualTime {
  /** A clock that shows `startsAt` now. */
  clockFrom(startsAt: number): SimulatedClock;
  /** Resolves when it is so; asked every tick. */
  until(isSo: () => boolean): Promise<void>;
}

/** A telephone's frame: nothing simulated is timed more finely than its half. */
const TICK_MS = 20;

/** Runs to the end of `run`; fails where that takes longer than `limitMs` of its own time. */
export async function inVirtualTime<T>(limitMs: number, run: (time: VirtualTime) => Promise<T>): Promise<T> {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance', 'Date'],
  });
  const clocks: SimulatedClock[] = [];
  let awaited: (() => void)[] = [];
  const time: VirtualTime = {
    clockFrom(startsAt) {
      const clock = new SimulatedClock(startsAt);
      clocks.push(clock);
      return clock;
    },
    until: (isSo) =>
      new Promise((resolve) => {
        const ask = (): void => (isSo() ? resolve() : void awaited.push(ask));
        ask();
      }),
  };
  const state = { isOver: false };
  const result = run(time).finally(() => {
    state.isOver = true;
  });
  // Handled below; it may reject while time still passes.
  result.catch(() => undefined);
  try {
    for (let passedMs = 0; !state.isOver; passedMs += TICK_MS) {
      if (passedMs > limitMs) throw new Error(`not over after ${limitMs} ms of virtual time`);
      vi.advanceTimersByTime(TICK_MS);
      for (const clock of clocks) clock.advance(TICK_MS);
      await setImmediate();
      const asking = awaited;
      awaited = [];
      for (const ask of asking) ask();
    }
    return await result;
  } finally {
    vi.useRealTimers();
  }
}
