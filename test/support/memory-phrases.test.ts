import { describePhraseStore } from '../contract/phrase-store.ts';
import { memoryPhraseStore } from './memory-phrases.ts';

describePhraseStore('in memory', async () => ({ store: memoryPhraseStore(), close: async () => {} }));
