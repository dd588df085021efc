import { describeMessageStore } from '../contract/message-store.ts';
import { memoryMessageStore } from './memory-messages.ts';

describeMessageStore('in memory', async () => {
  const store = memoryMessageStore();
  return { store, of: async (clinicId) => store.of(clinicId), close: async () => {} };
});
