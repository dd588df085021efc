/** Whether what callers ask is answered by what lies ahead, however much lies behind: by the plans of every statement. */

import type { Clinic } from '../../../src/domain/clinic.ts';
import type { Book } from './book.ts';
import { heedingBook } from './calendars.ts';
import { BEGINNING } from './clock.ts';
import { everyDeed } from './every-deed.ts';
import { explained, type Plan } from './plans.ts';

const DAY_MS = 86_400_000;
/** What grows with history. */
const BIG = new Set(['appointments', 'occupied', 'customers']);

/** Prints the plan of each statement; answers what is wrong with them. */
export async function checkPlans(
  { server, owner }: Book,
  clinic: Clinic,
  now: () => number,
  say: (line: string) => void,
): Promise<string[]> {
  // As a busy installation's statistics stand, not as those of one that nobody calls.
  await owner.unbound('analyze', (sql) => sql.unsafe('analyze holds, outbox, waitlist'));
  const limit = await rowsAhead({ owner });
  const plans = await explained(server, (database) => everyDeed(clinic, heedingBook(database), now));
  const faults = plans.flatMap((plan) => {
    say(`\n${plan.tookMs.toFixed(3)} ms  ${plan.query}\n${plan.text.replace(/^/gm, '    ')}`);
    return faultsOf(plan, limit).map((what) => `${plan.query.slice(0, 80)}…: ${what}`);
  });
  say(`\n${plans.length} statements; a clinic has at most ${limit} rows ahead, and no step may read more`);
  return faults;
}

function faultsOf({ wandering, readWhole, rowsRead, pages }: Plan, limit: number): string[] {
  return [
    ...wandering.map((name) => `${name} passes over much that is not asked for`),
    ...readWhole.filter((name) => BIG.has(name)).map((name) => `reads all of ${name}`),
    ...(rowsRead > limit ? [`reads ${rowsRead} rows, more than a clinic has ahead`] : []),
    ...(pages > limit ? [`touches ${pages} pages`] : []),
  ];
}

/** The most that a clinic has in the book from a day before now on: what a search may read at most. */
async function rowsAhead({ owner }: Pick<Book, 'owner'>): Promise<number> {
  const [row] = await owner.unbound(
    'rows_ahead',
    (sql) => sql<{ n: number }[]>`
      select coalesce(max(n), 0)::int as n
      from (select count(*) as n from occupied where starts_at > ${BEGINNING - DAY_MS} group by clinic_id) as c`,
  );
  return row?.n ?? 0;
}
