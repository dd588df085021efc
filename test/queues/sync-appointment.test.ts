import { describe, expect, it } from 'vitest';
import { CalendarTrouble, type CalendarTroubleKind } from '../../src/domain/calendar.ts';
import { eventIdOf } from '../../src/domain/calendar-writing.ts';
import type { RequestFault } from '../support/memory-calendar.ts';
import { SEED, seededRandom } from '../support/seed.ts';
import { calendarWorld, discrepancies, gated, idOf } from './calendar-world.ts';

const MINE = idOf(1);
const MINUTE_MS = 60_000;

/** The troubles that these requests meet, one after the other. */
function troubled(...troubles: readonly (CalendarTroubleKind | null)[]) {
  const left = [...troubles];
  return {
    fault: (method: string): RequestFault | null => {
      const kind = method === 'event' ? null : (left.shift() ?? null);
      return kind && { trouble: new CalendarTrouble(kind, { status: 500 }), committed: false };
    },
  };
}

describe('an appointment', () => {
  it('comes to its calendar with one look and one write', async () => {
    const world = calendarWorld();
    world.want(MINE, 'priya');
    await world.run(MINE);
    expect(world.calendar.requests.map(({ method }) => method)).toEqual(['event', 'insert']);
    expect(discrepancies(world, [MINE])).toEqual([]);
    expect(world.book.work(MINE)).toMatchObject({ status: 'done', place: { state: 'shown', version: 1 } });
    expect(world.told).toEqual([expect.objectContaining({ name: 'calendar.written' })]);
  });

  it('is moved, not made twice', async () => {
    const world = calendarWorld();
    for (let n = 0; n < 3; n += 1) {
      world.want(MINE, 'priya');
      await world.settle();
    }
    expect(discrepancies(world, [MINE])).toEqual([]);
    expect(world.calendar.requests.filter(({ method }) => method === 'insert')).toHaveLength(1);
  });

  it('goes from its calendar when it is cancelled, and stays away', async () => {
    const world = calendarWorld();
    world.want(MINE, 'priya');
    await world.settle();
    world.want(MINE, null);
    await world.settle();
    expect(world.calendar.live()).toEqual([]);
  });

  it('goes from one provider’s calendar to another’s and back, under an id of its own each time', async () => {
    const world = calendarWorld();
    for (const calendarId of ['priya', 'maya', 'priya']) {
      world.want(MINE, calendarId);
      await world.settle();
      expect(discrepancies(world, [MINE])).toEqual([]);
    }
    expect(world.calendar.live()[0]?.eventId).toBe(eventIdOf(MINE, 2));
  });

  it('leaves a calendar that is gone without asking it', async () => {
    const gone = { trouble: new CalendarTrouble('calendar_gone', { status: 404 }), committed: false };
    let lost = false;
    const world = calendarWorld({ fault: (_, { calendarId }) => (lost && calendarId === 'priya' ? gone : null) });
    world.want(MINE, 'priya');
    await world.settle();
    lost = true;
    world.want(MINE, 'maya');
    await world.settle();
    expect(world.calendar.live().map(({ calendarId }) => calendarId)).toEqual(['priya', 'maya']);
  });

  it('is done where nothing opens its calendar, without a word to it, and comes there once something does', async () => {
    const world = calendarWorld();
    world.disconnect();
    world.want(MINE, 'priya');
    await world.settle();
    expect([world.calendar.requests, world.told, world.book.work(MINE)?.status]).toEqual([[], [], 'done']);
    world.connect();
    world.book.want(MINE, world.wanted(MINE));
    await world.settle();
    expect(discrepancies(world, [MINE])).toEqual([]);
  });

  it('takes another id where its own is burnt', async () => {
    const world = calendarWorld();
    world.calendar.typeByHand('priya', eventIdOf(MINE, 0), { startsAt: 0, endsAt: 1 });
    world.want(MINE, 'priya');
    await world.settle();
    expect(discrepancies(world, [MINE])).toEqual([]);
    expect(world.calendar.live()).toHaveLength(2);
  });
});

describe('what a human did in the calendar', () => {
  it('a removal is told to staff and not undone, until the appointment changes', async () => {
    const world = calendarWorld();
    world.want(MINE, 'priya');
    await world.settle();
    world.calendar.removeByHand('priya', eventIdOf(MINE, 0));
    world.book.want(MINE, world.wanted(MINE));
    await world.settle();
    expect(world.calendar.live()).toEqual([]);
    expect(world.told.map(({ name }) => name)).toContain('calendar.changed_by_hand');
    world.want(MINE, 'priya');
    await world.settle();
    expect(discrepancies(world, [MINE])).toEqual([]);
  });

  it('a move is told to staff once, and not undone', async () => {
    const world = calendarWorld();
    world.want(MINE, 'priya');
    await world.settle();
    world.calendar.changeByHand('priya', eventIdOf(MINE, 0), { startsAt: 12_345 });
    for (let n = 0; n < 2; n += 1) {
      world.book.want(MINE, world.wanted(MINE));
      await world.settle();
    }
    expect(world.calendar.live()).toMatchObject([{ startsAt: 12_345 }]);
    expect(world.told.filter(({ name }) => name === 'calendar.changed_by_hand')).toHaveLength(1);
  });
});

describe('a calendar that does not do as asked', () => {
  it.each(['busy', 'unavailable', 'timeout', 'credentials', 'calendar_gone'] as const)(
    '%s: is tried again until it does',
    async (kind) => {
      const world = calendarWorld(troubled(kind, kind, kind));
      world.want(MINE, 'priya');
      await world.settle();
      expect(discrepancies(world, [MINE])).toEqual([]);
      expect(world.told.filter(({ name }) => name === 'calendar.write_failed')).toHaveLength(3);
    },
  );

  it('that refuses it for good is told once, with the reason', async () => {
    const refusal = new CalendarTrouble('refused', { status: 400, reason: 'invalid' });
    const world = calendarWorld({ fault: () => ({ trouble: refusal, committed: false }) });
    world.want(MINE, 'priya');
    await world.settle();
    expect(world.book.work(MINE)).toMatchObject({ status: 'dead', reason: 'refused 400 invalid' });
    expect(world.told).toEqual([
      {
        name: 'calendar.write_failed',
        event: expect.objectContaining({ kind: 'refused', status: 400, afterMs: null, error: refusal }),
      },
    ]);
  });

  it('is given up after three days', async () => {
    const away = new CalendarTrouble('unavailable', { status: 503 });
    const world = calendarWorld({ fault: () => ({ trouble: away, committed: false }) });
    world.want(MINE, 'priya');
    for (let hours = 0; hours < 72; hours += 1) {
      await world.run(MINE);
      expect(world.book.work(MINE)?.status).toBe('due');
      world.pass(60 * MINUTE_MS);
    }
    await world.run(MINE);
    expect(world.book.work(MINE)).toMatchObject({ status: 'dead', reason: 'unavailable 503' });
  });

  it('is not asked before the time that it named', async () => {
    const busy = new CalendarTrouble('busy', { status: 429, afterMs: MINUTE_MS });
    let refused = 0;
    const world = calendarWorld({
      fault: () => {
        refused += 1;
        return refused === 1 ? { trouble: busy, committed: false } : null;
      },
    });
    world.want(MINE, 'priya');
    world.want(idOf(2), 'priya');
    await world.run(MINE);
    world.pass(MINUTE_MS);
    await world.run(MINE);
    await world.run(idOf(2));
    expect(world.calendar.requests).toHaveLength(1);
    await world.settle();
    expect(discrepancies(world, [MINE, idOf(2)])).toEqual([]);
  });

  it('but did it all the same is believed when it is looked at', async () => {
    let writes = 0;
    const lost = { trouble: new CalendarTrouble('timeout'), committed: true };
    const world = calendarWorld({
      fault: (method) => {
        writes += method === 'event' ? 0 : 1;
        return writes === 1 && method !== 'event' ? lost : null;
      },
      missesCollision: () => true,
    });
    world.want(MINE, 'priya');
    await world.settle();
    expect(world.calendar.live()).toHaveLength(1);
  });

  it('does late what it was asked for: what was cancelled meanwhile is removed when it comes', async () => {
    const world = calendarWorld(troubled('timeout'));
    world.want(MINE, 'priya');
    await world.run(MINE);
    const inFlight = world.wanted(MINE);
    world.want(MINE, null);
    world.pass(1_000);
    await world.run(MINE);
    expect(world.book.work(MINE)).toMatchObject({ status: 'due', reason: 'a late write may arrive' });
    if (inFlight === null) throw new Error('nothing was in flight');
    const signal = new AbortController().signal;
    const there = { clinicId: '', calendarId: 'priya' };
    await world.calendar.insert(there, { ...inFlight.event, eventId: eventIdOf(MINE, 0) }, signal);
    await world.settle();
    expect(world.calendar.live()).toEqual([]);
  });
});

it('what is no doorbell is given up', async () => {
  const world = calendarWorld();
  const signal = new AbortController().signal;
  for (const data of [undefined, {}, { appointmentId: MINE }, { clinicId: 'x', appointmentId: 'y' }])
    expect(await world.worker().run({ data, attempt: 1, signal })).toMatchObject({ kind: 'cancel' });
});

it('a code of ours that breaks is told, and tried again later', async () => {
  const world = calendarWorld({
    fault: () => {
      throw new TypeError('not a function');
    },
  });
  world.want(MINE, 'priya');
  await world.run(MINE);
  expect(world.told).toMatchObject([{ name: 'calendar.write_failed', event: { kind: 'broke', reason: 'broke' } }]);
  expect(world.book.work(MINE)?.status).toBe('due');
});

it('a writer that was frozen until another had taken over writes no more', async () => {
  const world = calendarWorld();
  world.want(MINE, 'priya');
  const ice: { melt?: () => void } = {};
  let requests = 0;
  const frozen = gated(world.calendar, async () => {
    requests += 1;
    // It has looked, and found nothing; before it hears so it is frozen.
    if (requests === 2)
      await new Promise<void>((resolve) => {
        ice.melt = resolve;
      });
  });
  const late = world.run(MINE, world.worker({ calendar: frozen }));
  await new Promise(setImmediate);
  world.want(MINE, null);
  world.pass(20_000);
  await world.settle();
  ice.melt?.();
  await late;
  await world.settle();
  expect(world.calendar.live()).toEqual([]);
});

const CALENDARS = ['priya', 'elena', 'maya'];

describe('whatever dies, freezes and fails, in whatever order', () => {
  it.each(Array.from({ length: 150 }, (_, n) => SEED + n))('ends with what is booked, seed %i', async (seed) => {
    const random = seededRandom(seed);
    const chance = (share: number): boolean => random() < share;
    const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
    let failing = true;
    const kinds: CalendarTroubleKind[] = ['busy', 'unavailable', 'timeout', 'timeout', 'credentials'];
    const world = calendarWorld({
      fault: () => {
        const kind = failing && chance(0.25) ? pick(kinds) : undefined;
        return kind === undefined ? null : { trouble: new CalendarTrouble(kind), committed: chance(0.5) };
      },
      delay: async () => {
        while (chance(0.5)) await Promise.resolve();
      },
    });
    const ids = [1, 2, 3, 4, 5].map(idOf);
    const never = new Promise<void>(() => undefined);
    for (let round = 0; round < 30; round += 1) {
      const id = pick(ids) ?? MINE;
      if (chance(0.5) && world.wanted(id) !== undefined) world.want(id, chance(0.2) ? null : (pick(CALENDARS) ?? null));
      // A worker that makes so many requests, and dies before or after the next.
      let life = chance(0.4) ? Math.floor(random() * 12) : Number.POSITIVE_INFINITY;
      const gate = (): Promise<void> => {
        life -= 1;
        return life < 0 ? never : Promise.resolve();
      };
      const job = world.worker({ book: gated(world.book, gate), calendar: gated(world.calendar, gate) });
      for (const due of [id, ...world.book.due()]) void world.run(due, job);
      await new Promise(setImmediate);
      world.pass(Math.floor(random() * 20_000));
    }
    failing = false;
    world.pass(20_000);
    await world.settle();
    expect(discrepancies(world, ids)).toEqual([]);
  });
});
