/** The record of conversations in memory: what tests and simulations of calls read instead of Postgres rows. */
import type { StoredFold } from '../../db/call-events.ts';
import type { CallFence } from '../../src/domain/call-keeping.ts';
import type { ConversationEntry, ConversationLog } from '../../src/domain/ports.ts';
import type { MemoryCallRegister } from './memory-call-register.ts';
import { storedFold } from './stored-folds.ts';

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
  /** What its calls folded, by owner and in order. */
  folds(clinicId: string, conversationId: string): readonly StoredFold[];
}

export interface MemoryLogSettings {
  /** Knows whose the calls are; without it, nobody is stale. */
  readonly owners?: MemoryCallRegister;
  /** Told of an owner whose call has a newer one. */
  readonly onStale?: (owner: CallFence) => void;
}

export function memoryConversationLog({ owners, onStale }: MemoryLogSettings = {}): MemoryConversationLog {
  const entries = new Map<string, { readonly entry: ConversationEntry; readonly epoch: number }>();
  const folded = new Map<string, readonly StoredFold[]>();

  /** The fence of an entry that a newer owner keeps from being written. */
  function staleOwner(entry: ConversationEntry): CallFence | undefined {
    const call = entry.kind === 'started' ? entry.call : null;
    const fence = entry.fence ?? (call && { callSid: call.callSid, epoch: 1 });
    if (call && fence) owners?.begin({ ...fence, clinicId: entry.clinicId });
    return fence && owners?.admits(fence) === false ? fence : undefined;
  }

  function write(entry: ConversationEntry): void {
    const stale = staleOwner(entry);
    if (stale) onStale?.(stale);
    if (stale && entry.kind !== 'started') return;
    if (entry.kind === 'folded') return fold(entry);
    record({ ...entry, fence: undefined }, entry.fence?.epoch ?? 1);
  }

  function record(entry: ConversationEntry, epoch: number): void {
    const place = `${entry.kind} ${entry.clinicId} ${entry.conversationId} ${'n' in entry ? entry.n : ''}`;
    const before = entries.get(place);
    // The first start and the first end stand; what has a number is replaced, a turn by no older owner.
    if ((entry.kind === 'started' || entry.kind === 'ended') && before) return;
    if (entry.kind === 'turn' && before && before.epoch > epoch) return;
    entries.set(place, { entry, epoch });
    const call = entry.kind === 'ended' ? conversation(entry.clinicId, entry.conversationId)?.started.call : null;
    if (call) owners?.end(call.callSid);
  }

  function fold(entry: EntryOf<'folded'>): void {
    const { clinicId, conversationId } = entry;
    const before = folds(clinicId, conversationId);
    const stored = storedFold(entry);
    if (before.some(({ epoch, n }) => epoch === stored.epoch && n === stored.n)) return;
    const inOrder = [...before, stored].sort((a, b) => a.epoch - b.epoch || a.n - b.n);
    folded.set(`${clinicId} ${conversationId}`, inOrder);
  }

  function folds(clinicId: string, conversationId: string): readonly StoredFold[] {
    return folded.get(`${clinicId} ${conversationId}`) ?? [];
  }

  function conversation(clinicId: string, conversationId: string): RecordedConversation | undefined {
    const own = [...entries.values()]
      .map(({ entry }) => entry)
      .filter((entry) => entry.clinicId === clinicId && entry.conversationId === conversationId);
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

  return { write, settled: async () => {}, conversation, folds };
}

function ofKind<Kind extends ConversationEntry['kind']>(
  entries: readonly ConversationEntry[],
  kind: Kind,
): EntryOf<Kind>[] {
  return entries.filter((entry): entry is EntryOf<Kind> => entry.kind === kind);
}
