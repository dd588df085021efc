/**
 * The golden paths over real sockets, Postgres and Redis: each path by telephone and in a browser, each day of the week
 * once, by day and by night, with a good model and a clumsy one in turns. All of them together would take a CI run of
 * their own, since media runs in real time; they are told in virtual time (golden.test.ts).
 */
import { describe, expect, it } from 'vitest';
import { type AvaStand, startAva } from '../support/ava.ts';
import { GOLDEN_MOMENTS } from '../support/golden-moments.ts';
import { GOLDEN_PATHS } from '../support/golden-paths.ts';
import { goldenStack } from '../support/golden-stack.ts';

const LIMIT_MS = 90_000;
const PACE = 5;
const CALLER = '+15550100142';
const DAYS = GOLDEN_MOMENTS.length / 2;

/** Monday to Sunday, ten in the morning and ten to midnight in turns, and a Monday once more. */
const DIAGONAL = Object.keys(GOLDEN_PATHS).flatMap((path, n) =>
  (['voice', 'web'] as const).map((channel, m) => ({
    path,
    channel,
    brain: (n + m) % 2 === 0 ? ('receptionist' as const) : ('clumsy' as const),
    moment: GOLDEN_MOMENTS[((2 * n + m) % DAYS) + (m === 0 ? 0 : DAYS)],
  })),
);

/** Holds that nobody needs any more, and appointments that the calendar neither shows as they are nor is to be told of. */
function leftUndone({ database, clinic }: AvaStand): Promise<readonly unknown[]> {
  return database.withClinic(
    clinic.id,
    'left_undone',
    (sql) => sql`
      select 'held' as what from holds union all
      select 'untold' from appointments a left join calendar_events e on e.appointment_id = a.id
      where not exists (select from outbox where kind = 'sync_appointment' and status = 'due' and subject_id = a.id)
        and case a.status when 'cancelled' then e.state <> 'gone' else e.synced_version is distinct from a.version end`,
  );
}

describe.concurrent('on a whole stand', () => {
  for (const { path, channel, brain, moment } of DIAGONAL) {
    it(`${path} by ${channel} on a ${moment?.name}, a ${brain}`, { timeout: LIMIT_MS }, async () => {
      const ava = await startAva({
        at: new Date(moment?.at ?? 0).toISOString(),
        pace: PACE,
        openai: { brain },
      });
      try {
        const flawless = brain === 'receptionist';
        await GOLDEN_PATHS[path]?.(goldenStack(ava, { channel, from: CALLER, pace: PACE, flawless }));
        expect(await leftUndone(ava)).toEqual([]);
      } finally {
        await ava.stop();
      }
    });
  }
});
