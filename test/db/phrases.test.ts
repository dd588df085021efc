import { postgresPhraseStore } from '../../db/phrases.ts';
import { openPostgres } from '../../db/postgres.ts';
import { describePhraseStore } from '../contract/phrase-store.ts';
import { freshDatabase } from '../support/services.ts';

describePhraseStore('in Postgres', async () => {
  const fresh = await freshDatabase();
  const database = openPostgres({ url: fresh.url, poolSize: 4 });
  return {
    store: postgresPhraseStore(database),
    close: async () => {
      await database.close();
      await fresh.drop();
    },
  };
});
