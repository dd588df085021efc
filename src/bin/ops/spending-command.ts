/** `npm run ops -- spending`: what texting cost clinics in the last 24 hours, a line each. */
import type { Database } from '../../../db/postgres.ts';
import { readTextingSpending } from '../../../db/texting-spending.ts';
import type { SpendingOrder } from './arguments.ts';
import { clinicIdOf } from './clinic-command.ts';

const usd = (amount: number): string => `$${amount.toFixed(2)}`;

/** Answers what to tell whoever asked. Throws `NotDone`, or what the database threw. */
export async function runSpendingCommand({ clinic }: SpendingOrder, database: Database): Promise<string> {
  const clinicId = clinic === null ? null : await clinicIdOf(clinic, database);
  const spending = await readTextingSpending(database, clinicId);
  return spending
    .map(({ name, received, sent, conversationsUsd, otherTextsUsd, mostUsd }) => {
      const total = usd(conversationsUsd + otherTextsUsd);
      const parts = `conversations ${usd(conversationsUsd)}, other texts ${usd(otherTextsUsd)}`;
      return `${name}: ${total} of ${usd(mostUsd)} (${parts}); ${received} texts came in, ${sent} went out\n`;
    })
    .join('');
}
