import { describeConversationLog } from '../contract/conversation-log.ts';
import { memoryConversationLog } from './memory-conversations.ts';

describeConversationLog('in memory', async () => {
  const log = memoryConversationLog();
  return {
    log,
    read: async (clinicId, conversationId) => log.conversation(clinicId, conversationId),
    close: async () => {},
  };
});
