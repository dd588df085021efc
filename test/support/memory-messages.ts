/** Messages for staff in memory: what tests and simulations of calls use in place of Postgres. */
import { randomUUID } from 'node:crypto';
import type { MessageStore, NewMessage } from '../../src/domain/ports.ts';
import type { MemoryCallRegister } from './memory-call-register.ts';

export interface MemoryMessageStore extends MessageStore {
  /** A clinic's messages, in the order in which they were left. */
  of(clinicId: string): readonly (NewMessage & { readonly id: string })[];
}

/** `owners` knows whose the calls are that messages are fenced by; without it, nobody is stale. */
export function memoryMessageStore(owners?: MemoryCallRegister): MemoryMessageStore {
  const kept = new Map<string, NewMessage & { readonly id: string }>();
  return {
    async leave(message) {
      owners?.check(message.fence);
      const place = `${message.clinicId} ${message.key}`;
      const first = kept.get(place);
      const customerName = message.customerName ?? first?.customerName ?? null;
      const { id } = first ?? { id: randomUUID() };
      kept.set(place, { ...(first ?? message), id, customerName });
      return id;
    },
    of: (clinicId) => [...kept.values()].filter((message) => message.clinicId === clinicId),
  };
}
