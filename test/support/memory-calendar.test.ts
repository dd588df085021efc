import { randomUUID } from 'node:crypto';
import { CalendarTrouble } from '../../src/domain/calendar.ts';
import { instantOrSkip } from '../../src/domain/clinic-time.ts';
import { type CalendarBench, type CalendarFailure, describeCalendar, type HandMade } from '../contract/calendar.ts';
import { memoryCalendar, type RequestFault } from './memory-calendar.ts';

const NEW_YORK = 'America/New_York';

function typed(event: HandMade) {
  const busy = !event.transparent && !event.declined;
  if ('startsAt' in event) return { startsAt: event.startsAt, endsAt: event.endsAt, busy };
  const [startsAt, endsAt] = [instantOrSkip(event.date, 0, NEW_YORK), instantOrSkip(event.endDate, 0, NEW_YORK)];
  return { startsAt, endsAt, busy };
}

const faultOf = (how: CalendarFailure): RequestFault | 'silence' =>
  how === 'silence' ? how : { trouble: new CalendarTrouble(how), committed: false };

function openBench(): CalendarBench {
  let failing: CalendarFailure | null = null;
  const calendar = memoryCalendar({ fault: () => failing && faultOf(failing) });
  return {
    calendar,
    make: async () => ({ clinicId: 'clinic-1', calendarId: `${randomUUID()}@clinic.test` }),
    lose: async ({ calendarId }) => calendar.lose(calendarId),
    async add({ calendarId }, event) {
      const eventId = `hand${randomUUID().replaceAll('-', '')}`;
      calendar.typeByHand(calendarId, eventId, typed(event));
      return eventId;
    },
    delete: async ({ calendarId }, eventId) => calendar.removeByHand(calendarId, eventId),
    retitle: async ({ calendarId }, eventId, summary) => calendar.changeByHand(calendarId, eventId, { summary }),
    forgetTokens: async () => calendar.forgetTokens(),
    async fail(how) {
      failing = how;
    },
    async mend() {
      failing = null;
    },
    close: async () => undefined,
  };
}

describeCalendar('in memory', async () => openBench());
