import { randomUUID } from 'node:crypto';
import { type CalendarBookBench, describeCalendarBook, type ProviderIndex } from '../contract/calendar-book.ts';
import { memoryCalendarBook } from './memory-calendar-book.ts';

const HOUR_MS = 3_600_000;
const CALENDARS = ['priya', 'elena'] as const;
const calendarOf = (provider: ProviderIndex): string | undefined => (provider === 2 ? undefined : CALENDARS[provider]);

function openBench(): CalendarBookBench {
  let now = 1_764_000_000_000;
  const book = memoryCalendarBook(() => now);
  const versions = new Map<string, number>();
  const want = (appointmentId: string, provider: ProviderIndex): void => {
    const calendarId = calendarOf(provider);
    const version = (versions.get(appointmentId) ?? 0) + 1;
    versions.set(appointmentId, version);
    const text = { summary: 'Botox: Ada Quinn', description: '', timeZone: 'America/New_York' };
    const event = { appointmentId, version, startsAt: now, endsAt: now + HOUR_MS, ...text };
    book.want(appointmentId, calendarId === undefined ? null : { calendarId, event });
  };
  return {
    book,
    clinicId: randomUUID(),
    calendarIds: CALENDARS,
    async appoint(provider) {
      const id = randomUUID();
      want(id, provider);
      return id;
    },
    move: async (id, provider) => want(id, provider),
    cancel: async (id) => book.want(id, null),
    async status(id) {
      const work = book.work(id);
      if (work === undefined) throw new Error(`there is no work for ${id}`);
      return { status: work.status, reason: work.reason };
    },
    async pass(ms) {
      now += ms;
    },
    close: async () => undefined,
  };
}

describeCalendarBook('in memory', async () => openBench());
