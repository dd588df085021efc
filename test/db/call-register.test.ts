import { postgresCallRegister } from '../../db/call-register.ts';
import { postgresConversationLog } from '../../db/conversations.ts';
import { openPostgres } from '../../db/postgres.ts';
import type { CallClaim } from '../../src/domain/call-keeping.ts';
import type { ConversationEntry } from '../../src/domain/ports.ts';
import { describeCallRegister, fenceOf } from '../contract/call-register.ts';
import { freshDatabase } from '../support/services.ts';

/** As the first node that has the call writes it. */
function startOf(call: CallClaim, epoch = 1): ConversationEntry {
  const { callSid, clinicId, conversationId, from, to, startedAt } = call;
  return {
    kind: 'started',
    clinicId,
    conversationId,
    channel: 'voice',
    customerPhone: from,
    language: 'en-US',
    startedAt,
    call: { callSid, from, to, ownerNode: 'node-a' },
    fence: fenceOf(call, epoch),
  };
}

describeCallRegister('in Postgres', async () => {
  const fresh = await freshDatabase();
  const database = openPostgres({ url: fresh.url, poolSize: 20 });
  const log = postgresConversationLog(database);
  const record = async (entry: ConversationEntry) => {
    log.write(entry);
    await log.settled(10_000);
  };
  return {
    register: postgresCallRegister(database, { patienceMs: 20_000 }),
    begin: (call, epoch) => record(startOf(call, epoch)),
    end: (call, epoch) => {
      const { clinicId, conversationId, startedAt } = call;
      const end = { outcome: 'browsing', endedAt: startedAt + 60_000, endedBy: 'caller' } as const;
      return record({ kind: 'ended', clinicId, conversationId, ...end, fence: fenceOf(call, epoch) });
    },
    close: async () => {
      await log.close(10_000);
      await database.close();
      await fresh.drop();
    },
  };
});
