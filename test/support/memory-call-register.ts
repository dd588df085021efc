/** Whose live calls are, in memory: what tests and simulations of calls use in place of Postgres' rows. */
import type { CallClaim, CallFence, CallRegister } from '../../src/domain/call-keeping.ts';
import { StaleOwner } from '../../src/domain/call-keeping.ts';

export interface MemoryCallRegister extends CallRegister {
  /** A call as it is written behind by its owner; what stands there stays. */
  begin(call: CallFence & { readonly clinicId: string }): void;
  end(callSid: string): void;
  /** False where the call has a newer owner. */
  admits(fence: CallFence | null | undefined): boolean;
  /** Throws `StaleOwner` where the call has a newer owner. */
  check(fence: CallFence | null | undefined): void;
}

export function memoryCallRegister(): MemoryCallRegister {
  const rows = new Map<string, { readonly clinicId: string; readonly epoch: number; readonly over: boolean }>();

  function claim({ callSid, clinicId, after = 1 }: CallClaim): Awaited<ReturnType<CallRegister['claim']>> {
    const row = rows.get(callSid) ?? { clinicId, epoch: 1, over: false };
    if (row.clinicId !== clinicId) throw new Error('the call is another clinic’s');
    if (row.over) return { kind: 'ended' };
    const epoch = Math.max(row.epoch, after) + 1;
    rows.set(callSid, { ...row, epoch });
    return { kind: 'claimed', epoch };
  }

  const admits: MemoryCallRegister['admits'] = (fence) => {
    const row = fence && rows.get(fence.callSid);
    return !row || row.epoch <= fence.epoch;
  };

  return {
    claim: async (request) => claim(request),
    holds: async (fence) => admits(fence),
    knows: async ({ callSid }) => rows.has(callSid),
    begin({ callSid, clinicId, epoch }) {
      if (!rows.has(callSid)) rows.set(callSid, { clinicId, epoch, over: false });
    },
    end(callSid) {
      const row = rows.get(callSid);
      if (row) rows.set(callSid, { ...row, over: true });
    },
    admits,
    check(fence) {
      if (!admits(fence)) throw new StaleOwner();
    },
  };
}
