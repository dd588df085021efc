/**
 * The golden paths over real sockets, Postgres and Redis: each path by telephone and in a browser, each day of the week
 * once, by day and by night, with a good model and a clumsy one in turns. All of them together would take a CI run of
 * their own, since media runs in real time; they are told in virtual time (golden.test.ts).
 */
import { describe, expect, it, vi } from 'vitest';
import type { StoredScore } from '../../db/conversation-reader.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';
import { SOMEBODY_ELSE } from '../support/full-day.ts';
import { GOLDEN_MOMENTS } from '../support/golden-moments.ts';
import { GOLDEN_PATHS } from '../support/golden-paths.ts';
import { goldenStack } from '../support/golden-stack.ts';
import type { ToldAppointment } from '../support/told-call.ts';

const LIMIT_MS = 90_000;
const PACE = 5;
const CALLER = '+15550100142';
/** How long the work that outlives a call may take. */
const SOON = { timeout: 15_000, interval: 50 };
const CALENDARS = {
  'Priya Sharma': 'priya@radiance.test',
  'Dr. Elena Ruiz': 'elena@radiance.test',
  'Maya Chen': 'maya@radiance.test',
};
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

/** Holds that nobody needs any more. */
function held({ database, clinic }: AvaStand): Promise<readonly unknown[]> {
  return database.withClinic(clinic.id, 'held', (sql) => sql`select id from holds`);
}

/** Each appointment that callers here made is in its provider's calendar as it stands, with all that staff need, once. */
async function expectShown({ google }: AvaStand, appointments: readonly ToldAppointment[]): Promise<void> {
  const shown = () =>
    Object.entries(CALENDARS).flatMap(([provider, calendarId]) =>
      google
        .live(calendarId)
        .filter(({ summary }) => !summary?.includes(SOMEBODY_ELSE.name))
        .map(({ summary, description, start, end }) => ({
          provider,
          summary,
          description,
          startsAt: Date.parse(start?.dateTime ?? ''),
          endsAt: Date.parse(end?.dateTime ?? ''),
        })),
    );
  const wanted = appointments.map(({ service, provider, startsAt, endsAt, customer, email }) => ({
    provider,
    summary: `${service}: ${customer}`,
    description: expect.stringContaining(
      [
        `Service: ${service} (${(endsAt - startsAt) / 60_000} minutes)`,
        `Provider: ${provider}`,
        `Customer: ${customer}`,
        'Phone: (555) 010-0142',
        `Email: ${email}`,
      ].join('\n'),
    ),
    startsAt,
    endsAt,
  }));
  await vi.waitFor(() => expect(shown()).toEqual(wanted), SOON);
}

/** Each conversation is scored by a model; answers how they went, in the order in which they ended. */
function scores({ database, clinic }: AvaStand): Promise<readonly StoredScore[]> {
  return until('all conversations to be scored', SOON.timeout, () =>
    database.withClinic(clinic.id, 'golden_scores', async (sql) => {
      const rows = await sql<StoredScore[]>`
        select sentiment, satisfaction::float8 as satisfaction, summary, to_json(topics) as topics,
               follow_up_needed as "followUpNeeded", scoring_failed as failed
        from conversations c left join scores s on s.conversation_id = c.id order by c.ended_at`;
      return rows.every(({ sentiment }) => sentiment !== null) ? rows : undefined;
    }),
  );
}

function expectScored(path: string, told: readonly StoredScore[]): void {
  expect(told).not.toEqual([]);
  for (const { satisfaction, summary, topics, failed } of told) {
    expect(failed).toBe(false);
    expect(satisfaction).toBeGreaterThanOrEqual(1);
    expect(satisfaction).toBeLessThanOrEqual(10);
    expect(summary).toMatch(/^[^.!?]+[.!?…] .+[.!?…]$/);
    expect(topics).not.toEqual([]);
  }
  if (path !== 'book') return;
  expect(told).toMatchObject([{ sentiment: 'positive', followUpNeeded: false }]);
  expect(told[0]?.satisfaction).toBeGreaterThan(5);
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
        const stand = goldenStack(ava, { channel, from: CALLER, pace: PACE, flawless });
        await GOLDEN_PATHS[path]?.(stand);
        expect(await held(ava)).toEqual([]);
        await expectShown(ava, await stand.appointments());
        expectScored(path, await scores(ava));
      } finally {
        await ava.stop();
      }
    });
  }
});
