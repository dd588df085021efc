/**
 * Tells the events of the conversation from those of responses beside it (`conversation: "none"`), which nobody on the
 * telephone is to hear. A response is beside it where it says so and was not asked for as the next of the conversation.
 */
import { z } from 'zod';

const created = z.object({ response: z.object({ id: z.string(), conversation_id: z.null() }) });
const ofResponse = z.object({ response_id: z.string() });
const ended = z.object({ response: z.object({ id: z.string() }) });

export interface OwnEvents {
  /** No response runs beside the conversation: all events are its own. */
  readonly all: boolean;
  /** A response of the conversation is asked for. */
  asked(): void;
  /** Whether an event is the conversation's. */
  hears(event: { readonly type: string }): boolean;
}

export function ownEvents(): OwnEvents {
  const beside = new Set<string>();
  let awaited = false;

  const begins = (event: unknown): boolean => {
    const wasAwaited = awaited;
    awaited = false;
    const parsed = created.safeParse(event);
    if (wasAwaited || !parsed.success) return true;
    beside.add(parsed.data.response.id);
    return false;
  };

  return {
    get all() {
      return beside.size === 0;
    },
    asked() {
      awaited = true;
    },
    hears(event) {
      if (event.type === 'response.created') return begins(event);
      if (beside.size === 0) return true;
      if (event.type === 'response.done') return !beside.delete(ended.safeParse(event).data?.response.id ?? '');
      return !beside.has(ofResponse.safeParse(event).data?.response_id ?? '');
    },
  };
}
