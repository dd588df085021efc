/** The record of conversations in memory: what tests and simulations of calls read instead of Postgres rows. */
import type { ConversationEntry, ConversationLog } from '../../src/domain/ports.ts';

type EntryOf<Kind extends ConversationEntry['kind']> = Extract<ConversationEntry, { kind: Kind }>;

/** One conversation as it stands in the record. */
export interface RecordedConversation {
  readonly started: EntryOf<'started'>;
  /** By `n`. */
  readonly turns: readonly EntryOf<'turn'>[];
  /** By `n`. */
  readonly toolCalls: readonly EntryOf<'tool_call'>[];
  readonly usage: EntryOf<'usage'> | undefined;
  readonly ended: EntryOf<'ended'> | undefined;
}

export interface MemoryConversationLog extends ConversationLog {
  conversation(clinicId: string, conversationId: string): RecordedConversation | undefined;
}

export function memoryConversationLog(): MemoryConversationLog {
  const entries = new Map<string, ConversationEntry>();

  function write(entry: ConversationEntry): void {
    const place = `${entry.kind} ${entry.clinicId} ${entry.conversationId} ${'n' in entry ? entry.n : ''}`;
    // The first start and the first end stand; what has a number is replaced.
    if ((entry.kind === 'started' || entry.kind === 'ended') && entries.has(place)) return;
    entries.set(place, entry);
  }

  function conversation(clinicId: string, conversationId: string): RecordedConversation | undefined {
    const own = [...entries.values()].filter(
      (entry) => entry.clinicId === clinicId && entry.conversationId === conversationId,
    );
    const [started] = ofKind(own, 'started');
    if (started === undefined) return undefined;
    return {
      started,
      turns: ofKind(own, 'turn').sort((a, b) => a.n - b.n),
      toolCalls: ofKind(own, 'tool_call').sort((a, b) => a.n - b.n),
      usage: ofKind(own, 'usage')[0],
      ended: ofKind(own, 'ended')[0],
    };
  }

  return { write, settled: async () => {}, conversation };
}

function ofKind<Kind extends ConversationEntry['kind']>(
  entries: readonly ConversationEntry[],
  kind: Kind,
): EntryOf<Kind>[] {
  return entries.filter((entry): entry is EntryOf<Kind> => entry.kind === kind);
}
