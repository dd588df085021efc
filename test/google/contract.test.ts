import type { CalendarRef } from '../../src/domain/calendar.ts';
import { type CalendarBench, type CalendarFailure, describeCalendar, type HandMade } from '../contract/calendar.ts';
import type { SimCalendar, SimEvent } from '../sim/google/calendars.ts';
import type { GoogleSim } from '../sim/google/server.ts';
import { openGoogle } from './bench.ts';

const bodyOf = (event: HandMade, owner: string): SimEvent => ({
  summary: 'By hand',
  ...('date' in event
    ? { start: { date: event.date }, end: { date: event.endDate } }
    : {
        start: { dateTime: new Date(event.startsAt).toISOString() },
        end: { dateTime: new Date(event.endsAt).toISOString() },
      }),
  ...(event.transparent && { transparency: 'transparent' }),
  ...(event.declined && { attendees: [{ email: owner, responseStatus: 'declined' }] }),
});

function fail(sim: GoogleSim, how: CalendarFailure): void {
  if (how === 'credentials') sim.tokens.revoke();
  if (how === 'busy') sim.faults.set({ faults: [{ kind: 'refusal', status: 429 }] });
  if (how === 'unavailable') sim.faults.set({ faults: [{ kind: 'failure', status: 503 }] });
  if (how === 'silence') sim.faults.set({ faults: [{ kind: 'silence' }] });
}

async function open(): Promise<CalendarBench> {
  const google = await openGoogle({ largestPage: 2 });
  const { sim, calendar } = google;
  const owned = ({ calendarId }: CalendarRef): SimCalendar => {
    const found = sim.calendars.find(calendarId);
    if (!found) throw new Error(`there is no ${calendarId}`);
    return found;
  };
  return {
    calendar,
    make: async () => google.make(),
    lose: async ({ calendarId }) => void sim.calendars.remove(calendarId),
    add: async (ref, event) => owned(ref).insert(bodyOf(event, ref.calendarId)).id ?? '',
    delete: async (ref, eventId) => owned(ref).delete(eventId, undefined),
    retitle: async (ref, eventId, summary) => void owned(ref).patch(eventId, { summary }, undefined),
    forgetTokens: async () => sim.expireSyncTokens(),
    fail: async (how) => fail(sim, how),
    mend: async () => {
      sim.faults.clear();
      sim.tokens.restore();
    },
    close: () => google.close(),
  };
}

describeCalendar('at Google', open);
