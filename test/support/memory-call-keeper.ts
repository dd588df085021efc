/**
 * What live calls remember, in memory: what tests and simulations of calls use in place of Redis. Passes the same
 * contract suite. Forgets nothing by itself; a test makes it lose data as a Redis that was flushed, or failed over, does.
 */
import type { CallKeeper, CallKey, CallSave, HeadParts, Kept, KeptCall } from '../../src/domain/call-keeping.ts';

/** What stands under a key; `call` is null where somebody took a call of which nothing was kept. */
interface Place {
  readonly epoch: number;
  readonly savedBy: number;
  readonly call: Memory | { readonly ending: string } | null;
}

interface Memory {
  readonly seq: number;
  readonly head: HeadParts;
  readonly items: readonly string[];
}

export interface MemoryCallKeeper extends CallKeeper {
  /** Forgets everything, epochs too. */
  flush(): void;
  /** What is kept now, to be put back later: data that were lost since are those of a failover. */
  copy(): ReadonlyMap<CallKey, Place>;
  restore(copy: ReadonlyMap<CallKey, Place>): void;
}

export function memoryCallKeeper(): MemoryCallKeeper {
  let places = new Map<CallKey, Place>();

  function save({ key, epoch, seq, head, items, whole }: CallSave): Kept {
    const place = places.get(key);
    const refusal = refusalOf(place, epoch);
    if (refusal) return refusal;
    const before = memoryOf(place);
    if (whole && before && place?.savedBy === epoch && before.seq > seq) return 'behind';
    if (!whole && !before) return 'gone';
    if (!whole && (place?.epoch !== epoch || before?.seq !== seq - 1)) return 'behind';
    const all = whole ? items : [...(before?.items ?? []), ...items];
    const parts = Object.entries({ ...(whole ? {} : before?.head), ...head }).filter(([, text]) => text !== '');
    places.set(key, { epoch, savedBy: epoch, call: { seq, head: Object.fromEntries(parts), items: all } });
    return 'ok';
  }

  function end(key: CallKey, epoch: number, ending: string): Kept {
    const refusal = refusalOf(places.get(key), epoch);
    if (refusal) return refusal;
    places.set(key, { epoch, savedBy: epoch, call: { ending } });
    return 'ok';
  }

  function take(key: CallKey, epoch: number): KeptCall | 'stale' | null {
    const place = places.get(key);
    if (place?.call && 'ending' in place.call) return { kind: 'ended', ending: place.call.ending };
    if (place && place.epoch >= epoch) return 'stale';
    places.set(key, { savedBy: 0, call: null, ...place, epoch });
    return read(key);
  }

  function takeNext(key: CallKey): KeptCall | null {
    const kept = read(key);
    if (kept?.kind !== 'live') return kept;
    const epoch = kept.epoch + 1;
    take(key, epoch);
    return { ...kept, epoch };
  }

  function read(key: CallKey): KeptCall | null {
    const place = places.get(key);
    if (!place?.call) return null;
    if ('ending' in place.call) return { kind: 'ended', ending: place.call.ending };
    return { kind: 'live', epoch: place.epoch, ...place.call };
  }

  return {
    save: async (request) => save(request),
    read: async (key) => read(key),
    take: async (key, epoch) => take(key, epoch),
    takeNext: async (key) => takeNext(key),
    end: async (key, epoch, ending) => end(key, epoch, ending),
    flush: () => places.clear(),
    copy: () => new Map(places),
    restore: (copy) => {
      places = new Map(copy);
    },
  };
}

/** Why an owner of this epoch may change nothing here, if that is so. */
function refusalOf(place: Place | undefined, epoch: number): 'ended' | 'stale' | undefined {
  if (!place) return undefined;
  if (place.call && 'ending' in place.call && place.epoch >= epoch) return 'ended';
  return place.epoch > epoch ? 'stale' : undefined;
}

function memoryOf(place: Place | undefined): Memory | undefined {
  return place?.call && 'seq' in place.call ? place.call : undefined;
}
