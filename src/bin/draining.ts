/** How a node's calls come to their end once it is asked to stop. */
import type { BrowserCalls } from './browser-desk.ts';
import type { Switchboard } from './switchboard.ts';

interface LiveCalls {
  readonly switchboard: Switchboard;
  readonly browsers: BrowserCalls;
}

/**
 * New calls are sent to staff from here on; those that live may end by themselves, within the limit or until there is a
 * hurry; the callers who are left are handed to staff.
 */
export async function drained(
  { switchboard, browsers }: LiveCalls,
  limitMs: number,
  hurry: AbortSignal,
): Promise<void> {
  const enough = new AbortController();
  const limit = setTimeout(() => enough.abort(), limitMs);
  const over = AbortSignal.any([hurry, enough.signal]);
  const called = new Promise<void>((resolve) => {
    if (over.aborted) resolve();
    over.addEventListener('abort', () => resolve(), { once: true });
  });
  const ended = switchboard.drain();
  await Promise.race([ended, called]);
  clearTimeout(limit);
  // While the public port still listens: the phone network asks there what comes next for these callers.
  await Promise.all([switchboard.stop(), browsers.stop()]);
  if (!hurry.aborted) await ended;
}
