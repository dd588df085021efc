import type { CallFence } from '../../src/domain/call-keeping.ts';
import { describeConversationLog } from '../contract/conversation-log.ts';
import { memoryCallRegister } from './memory-call-register.ts';
import { memoryConversationLog } from './memory-conversations.ts';

describeConversationLog('in memory', async () => {
  const register = memoryCallRegister();
  const stale: CallFence[] = [];
  const log = memoryConversationLog({ owners: register, onStale: (owner) => stale.push(owner) });
  return {
    log,
    register,
    stale,
    read: async (clinicId, conversationId) => log.conversation(clinicId, conversationId),
    folds: async (clinicId, conversationId) => log.folds(clinicId, conversationId),
    close: async () => {},
  };
});
