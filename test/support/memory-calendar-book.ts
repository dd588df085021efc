/** The book of calendar writing in memory, by a clock of the test's. */
import type { CalendarBook, Claim, ClaimRequest, Failure } from '../../src/domain/calendar-book.ts';
import { aim, type EventPlace, type WantedEvent } from '../../src/domain/calendar-writing.ts';

interface Work {
  status: 'due' | 'done' | 'dead';
  wanted: WantedEvent | null;
  place: EventPlace | null;
  rings: number;
  attempts: number;
  askedAt: number;
  dueAt: number;
  token: string | null;
  claimedUntil: number;
  reason: string | null;
}

interface Lane {
  token: string | null;
  claimedUntil: number;
  freeAt: number;
  nextAt: number;
  troubles: number;
}

export interface MemoryCalendarBook extends CalendarBook {
  /** The appointment is to be shown like this; null: no more. */
  want(appointmentId: string, wanted: WantedEvent | null): void;
  work(appointmentId: string): Readonly<Work> | undefined;
  /** What is due now, with nobody at it. */
  due(): readonly string[];
}

const REST_MS = 100;
const TURN_MS = 200;

const NEW_WORK = { status: 'due', rings: 1, attempts: 0, token: null, claimedUntil: 0, reason: null } as const;

export function memoryCalendarBook(now: () => number): MemoryCalendarBook {
  const works = new Map<string, Work>();
  const lanes = new Map<string, Lane>();

  const laneOf = (calendarId: string): Lane => {
    const lane = lanes.get(calendarId) ?? { token: null, claimedUntil: 0, freeAt: 0, nextAt: 0, troubles: 0 };
    lanes.set(calendarId, lane);
    return lane;
  };
  const held = ({ appointmentId, token }: ClaimRequest): Work | undefined => {
    const work = works.get(appointmentId);
    return work?.status === 'due' && work.token === token ? work : undefined;
  };
  const leave = (claim: Claim, pauseMs: number, troubles: (before: number) => number): void => {
    for (const lane of lanes.values()) {
      if (lane.token !== claim.token) continue;
      lane.token = null;
      lane.freeAt = now() + Math.max(pauseMs, REST_MS);
      lane.troubles = troubles(lane.troubles);
    }
  };
  const putOff = (work: Work, until: number, reason: string | null = null): void => {
    Object.assign(work, { dueAt: until, token: null, claimedUntil: 0, reason });
  };

  function claim(request: ClaimRequest): Claim | null {
    const work = works.get(request.appointmentId);
    if (work?.status !== 'due') return null;
    const isFree = work.dueAt <= now() && work.claimedUntil <= now();
    if (!isFree && work.token !== request.token) return null;
    const place = aim(work.wanted, work.place, now());
    if (place === null) {
      work.status = 'done';
      return null;
    }
    const lane = laneOf(place.calendarId);
    const isTaken = lane.token !== null && lane.claimedUntil > now() && lane.token !== request.token;
    if (isTaken || lane.freeAt > now()) {
      lane.nextAt = Math.max(lane.nextAt, lane.freeAt, now()) + TURN_MS;
      putOff(work, lane.nextAt);
      return null;
    }
    Object.assign(lane, { token: request.token, claimedUntil: now() + request.forMs });
    Object.assign(work, { token: request.token, claimedUntil: now() + request.forMs, place });
    work.attempts += 1;
    const { wanted, rings, attempts, askedAt } = work;
    return { ...request, wanted, place, now: now(), askedAt, rings, attempts, troubles: lane.troubles };
  }

  function fail(claimed: Claim, place: EventPlace, { reason, afterMs, pauseMs }: Failure): boolean {
    const work = held(claimed);
    if (work === undefined) return false;
    work.place = place;
    leave(claimed, pauseMs, (before) => before + (pauseMs > 0 ? 1 : 0));
    const isNew = work.rings !== claimed.rings;
    putOff(work, isNew ? now() : now() + (afterMs ?? 0), reason);
    if (afterMs === null && !isNew) work.status = 'dead';
    return true;
  }

  return {
    claim: async (request) => claim(request),
    async note(claimed, place) {
      const work = held(claimed);
      if (work === undefined) return false;
      work.place = place;
      return true;
    },
    async settle(claimed, place, more) {
      const work = held(claimed);
      if (work === undefined) return 'lost';
      work.place = place;
      leave(claimed, 0, () => 0);
      putOff(work, now());
      if (more || work.rings !== claimed.rings) return 'more';
      work.status = 'done';
      return 'done';
    },
    fail: async (claimed, place, failure) => fail(claimed, place, failure),
    want(appointmentId, wanted) {
      const before = works.get(appointmentId);
      if (before?.status === 'due') {
        before.wanted = wanted;
        before.rings += 1;
        Object.assign(before, { attempts: 0, askedAt: now(), dueAt: Math.min(before.dueAt, now()) });
        return;
      }
      works.set(appointmentId, {
        ...NEW_WORK,
        wanted,
        place: before?.place ?? null,
        askedAt: now(),
        dueAt: now(),
      });
    },
    work: (appointmentId) => works.get(appointmentId),
    due: () =>
      [...works].flatMap(([id, work]) =>
        work.status === 'due' && work.dueAt <= now() && work.claimedUntil <= now() ? [id] : [],
      ),
  };
}
