/** A fold as it would be read back from where it was stored. */
import type { StoredFold } from '../../db/call-events.ts';
import type { ConversationEntry } from '../../src/domain/ports.ts';

export function storedFold({
  fence,
  n,
  at,
  message,
  phrases,
  effects,
  changed,
}: Extract<ConversationEntry, { kind: 'folded' }>): StoredFold {
  return { epoch: fence?.epoch ?? 1, n, at, message: parsed(message), phrases: parsed(phrases), effects, changed };
}

function parsed(json: string | null): unknown {
  return json === null ? null : JSON.parse(json);
}
