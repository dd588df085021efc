/** What every book of calendar writing promises: one pair of hands at a time, and nothing forgotten. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CalendarBook, Claim, ClaimRequest, Failure } from '../../src/domain/calendar-book.ts';
import { left, shown } from '../../src/domain/calendar-writing.ts';

/** Who is to have an appointment, by index: the first two have calendars of their own, the third has none. */
export type ProviderIndex = 0 | 1 | 2;

export interface CalendarBookBench {
  readonly book: CalendarBook;
  readonly clinicId: string;
  /** The calendars of the first two. */
  readonly calendarIds: readonly [string, string];
  /** A new appointment with nothing to its right and left; answers its id. */
  appoint(provider: ProviderIndex): Promise<string>;
  move(appointmentId: string, provider: ProviderIndex): Promise<void>;
  cancel(appointmentId: string): Promise<void>;
  /** Of its latest work. */
  status(appointmentId: string): Promise<{ status: 'due' | 'done' | 'dead'; reason: string | null }>;
  /** Lets time pass for everything that is kept. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

const CLAIM_MS = 15_000;
const MINUTE_MS = 60_000;
const passing: Failure = { reason: 'timeout', afterMs: 2 * MINUTE_MS, pauseMs: 0, trouble: null };

export function describeCalendarBook(name: string, open: () => Promise<CalendarBookBench>): void {
  describe(`the book of calendar writing ${name}`, () => {
    let bench: CalendarBookBench;
    let book: CalendarBook;
    beforeAll(async () => {
      bench = await open();
      book = bench.book;
    });
    afterAll(() => bench.close());
    // No test meets what another left of a calendar's turn.
    beforeEach(() => bench.pass(10 * MINUTE_MS));

    const request = (appointmentId: string, changes: Partial<ClaimRequest> = {}): ClaimRequest => ({
      clinicId: bench.clinicId,
      appointmentId,
      token: randomUUID(),
      forMs: CLAIM_MS,
      ...changes,
    });
    const claimed = async (appointmentId: string, changes: Partial<ClaimRequest> = {}): Promise<Claim> => {
      const claim = await book.claim(request(appointmentId, changes));
      if (claim === null) throw new Error('there is nothing to claim');
      return claim;
    };
    const settle = (claim: Claim, more = false) => book.settle(claim, shown(claim), more);

    it('gives an appointment with all that its calendar is to show', async () => {
      const id = await bench.appoint(0);
      const claim = await claimed(id);
      const [calendarId] = bench.calendarIds;
      expect(claim).toMatchObject({ attempts: 1, troubles: 0, wanted: { calendarId, event: { version: 1 } } });
      expect(claim.place).toEqual({
        calendarId,
        generation: 0,
        state: 'writing',
        byHand: null,
        version: null,
        since: claim.now,
      });
      expect(claim.wanted?.event.summary).toMatch(/: Ada Quinn$/);
    });

    it('gives it to one claimant alone, and to the same one again', async () => {
      const id = await bench.appoint(0);
      const claim = await claimed(id);
      expect(await book.claim(request(id))).toBeNull();
      expect(await claimed(id, { token: claim.token })).toMatchObject({ token: claim.token });
      expect(await settle(claim)).toBe('done');
      expect(await book.claim(request(id))).toBeNull();
      expect(await bench.status(id)).toEqual({ status: 'done', reason: null });
    });

    it('gives it to one of many who ask at once', async () => {
      const id = await bench.appoint(0);
      const claims = await Promise.all(Array.from({ length: 8 }, () => book.claim(request(id))));
      expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
    });

    it('has nothing to do for a provider without a calendar', async () => {
      const id = await bench.appoint(2);
      expect(await book.claim(request(id))).toBeNull();
      expect(await bench.status(id)).toEqual({ status: 'done', reason: null });
    });

    it('has nothing to do for one that was cancelled before anybody looked', async () => {
      const id = await bench.appoint(0);
      await bench.cancel(id);
      expect(await book.claim(request(id))).toBeNull();
      expect(await bench.status(id)).toMatchObject({ status: 'done' });
    });

    it('asks for it once more where it changed under the claimant’s hands', async () => {
      const id = await bench.appoint(0);
      const claim = await claimed(id);
      await bench.move(id, 0);
      expect(await settle(claim)).toBe('more');
      await bench.pass(1_000);
      const next = await claimed(id);
      expect(next).toMatchObject({ wanted: { event: { version: 2 } }, place: { state: 'shown', version: 1 } });
      expect(await settle(next)).toBe('done');
    });

    it('takes nothing from one whose claim has lapsed', async () => {
      const id = await bench.appoint(0);
      const late = await claimed(id);
      await bench.pass(CLAIM_MS + 1);
      const next = await claimed(id);
      expect(next.attempts).toBe(2);
      expect(await book.note(late, { ...late.place, generation: 7 })).toBe(false);
      expect(await settle(late)).toBe('lost');
      expect(await book.fail(late, late.place, passing)).toBe(false);
      expect(await settle(next)).toBe('done');
    });

    it('keeps what was noted before the claimant died', async () => {
      const id = await bench.appoint(0);
      const claim = await claimed(id);
      expect(await book.note(claim, { ...claim.place, generation: 3 })).toBe(true);
      await bench.pass(CLAIM_MS + 1);
      expect((await claimed(id)).place).toMatchObject({ generation: 3, state: 'writing' });
    });

    it('has one that goes to another calendar leave the first, then come to the second', async () => {
      const id = await bench.appoint(0);
      await settle(await claimed(id));
      await bench.move(id, 1);
      await bench.pass(1_000);
      const leaving = await claimed(id);
      expect(leaving.place).toMatchObject({ calendarId: bench.calendarIds[0], state: 'leaving' });
      expect(await book.settle(leaving, left(leaving), true)).toBe('more');
      const coming = await claimed(id);
      expect(coming.place).toMatchObject({ calendarId: bench.calendarIds[1], generation: 1, state: 'writing' });
      expect(await settle(coming)).toBe('done');
    });

    it('waits after a failure', async () => {
      const id = await bench.appoint(0);
      const claim = await claimed(id);
      await book.fail(claim, claim.place, passing);
      expect(await bench.status(id)).toEqual({ status: 'due', reason: 'timeout' });
      expect(await book.claim(request(id))).toBeNull();
      await bench.pass(2 * MINUTE_MS);
      expect(await claimed(id)).toMatchObject({ attempts: 2 });
    });

    it('does not wait where it was asked for anew, and counts from there', async () => {
      const id = await bench.appoint(0);
      const claim = await claimed(id);
      await book.fail(claim, claim.place, passing);
      await bench.move(id, 0);
      await bench.pass(1_000);
      expect(await claimed(id)).toMatchObject({ attempts: 1, wanted: { event: { version: 2 } } });
    });

    it('gives up what will never do, until it is asked for again', async () => {
      const id = await bench.appoint(0);
      const claim = await claimed(id);
      await book.fail(claim, claim.place, { ...passing, afterMs: null, reason: 'refused 400 invalid' });
      expect(await bench.status(id)).toEqual({ status: 'dead', reason: 'refused 400 invalid' });
      expect(await book.claim(request(id))).toBeNull();
      await bench.move(id, 0);
      await bench.pass(1_000);
      expect(await settle(await claimed(id))).toBe('done');
    });

    it('does not give up what was asked for again meanwhile', async () => {
      const id = await bench.appoint(0);
      const claim = await claimed(id);
      await bench.move(id, 0);
      await book.fail(claim, claim.place, { ...passing, afterMs: null });
      await bench.pass(1_000);
      expect(await claimed(id)).toMatchObject({ wanted: { event: { version: 2 } } });
    });

    it('lets one write to a calendar at a time, and others to others', async () => {
      const [first, second, elsewhere] = [await bench.appoint(0), await bench.appoint(0), await bench.appoint(1)];
      const claim = await claimed(first);
      expect(await book.claim(request(second))).toBeNull();
      await claimed(elsewhere);
      await settle(claim);
      await bench.pass(1_000);
      expect(await claimed(second)).toMatchObject({ attempts: 1 });
    });

    it('leaves a calendar in peace that asked for it, and no other', async () => {
      const [first, second, elsewhere] = [await bench.appoint(0), await bench.appoint(0), await bench.appoint(1)];
      const claim = await claimed(first);
      await book.fail(claim, claim.place, { ...passing, afterMs: 1_000, pauseMs: MINUTE_MS });
      await bench.pass(30_000);
      expect(await book.claim(request(first))).toBeNull();
      expect(await book.claim(request(second))).toBeNull();
      await claimed(elsewhere);
      await bench.pass(MINUTE_MS);
      expect(await claimed(second)).toMatchObject({ troubles: 1 });
    });

    it('forgets a calendar’s troubles once it took something', async () => {
      const id = await bench.appoint(1);
      const claim = await claimed(id);
      await book.fail(claim, claim.place, { ...passing, pauseMs: MINUTE_MS, trouble: 'credentials 401' });
      await bench.pass(2 * MINUTE_MS);
      await settle(await claimed(id));
      await bench.move(id, 1);
      await bench.pass(1_000);
      expect(await claimed(id)).toMatchObject({ troubles: 0 });
    });

    it('frees a calendar whose writer died', async () => {
      const [first, second] = [await bench.appoint(0), await bench.appoint(0)];
      await claimed(first);
      expect(await book.claim(request(second))).toBeNull();
      await bench.pass(CLAIM_MS + 1);
      await claimed(second);
    });
  });
}
