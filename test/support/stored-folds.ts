/** A fold as it would be read back from where it was stored. */
import type { StoredFold } from '../../db/call-events.ts';
import type { ConversationEntry } from '../../src/domain/ports.ts';

export function storedFold({ fence, fold }: Extract<ConversationEntry, { kind: 'folded' }>): StoredFold {
  const { n, at, message, phrases, effects, changed } = fold();
  return { epoch: fence?.epoch ?? 1, n, at, message: parsed(message), phrases: parsed(phrases), effects, changed };
}

function parsed(json: string | null): unknown {
  return json === null ? null : JSON.parse(json);
}
