/**
 * Notices messages that come in while an earlier one is being answered, for all threads that this node is at: one
 * question to the book a moment, and none while nobody waits for a model. What it misses is found when the answer is
 * saved.
 */
import type { ThreadBook } from '../domain/texting.ts';

export interface TextWatch {
  /** Watches a thread of which so many messages are known. */
  begin(threadId: string, known: number): Watched;
}

export interface Watched {
  /** Aborted once there are more. */
  readonly more: AbortSignal;
  end(): void;
}

const EVERY_MS = 100;

interface Thread {
  readonly threadId: string;
  readonly known: number;
  readonly more: AbortController;
}

export function watchTexts(book: Pick<ThreadBook, 'waiting'>, everyMs: number = EVERY_MS): TextWatch {
  const threads = new Set<Thread>();
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;

  async function look(): Promise<void> {
    timer = undefined;
    isLooking = true;
    const ids = [...new Set(Array.from(threads, ({ threadId }) => threadId))];
    const counts = await book.waiting(ids).catch(() => new Map<string, number>());
    for (const { threadId, known, more } of threads) if ((counts.get(threadId) ?? 0) > known) more.abort();
    isLooking = false;
    schedule();
  }
  function schedule(): void {
    if (threads.size > 0 && !isLooking) timer ??= setTimeout(() => void look(), everyMs);
  }

  return {
    begin(threadId, known) {
      const thread = { threadId, known, more: new AbortController() };
      threads.add(thread);
      schedule();
      return {
        more: thread.more.signal,
        end() {
          threads.delete(thread);
          if (threads.size > 0) return;
          clearTimeout(timer);
          timer = undefined;
        },
      };
    },
  };
}
