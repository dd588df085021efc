/** The client of Google's API over a simulated Google of a test's own. */
import { randomUUID } from 'node:crypto';
import type { GoogleCredentials } from '../../ops/config/google-credentials.ts';
import { Secret } from '../../ops/config/secret.ts';
import { createEvents } from '../../ops/events.ts';
import type { Calendar, CalendarRef } from '../../src/domain/calendar.ts';
import type { AvaEvents } from '../../src/domain/events.ts';
import { googleCalendar } from '../../src/google/calendar.ts';
import { type GoogleSim, type GoogleSimOptions, startGoogleSim } from '../sim/google/server.ts';

export const PERSON: GoogleCredentials = {
  type: 'authorized_user',
  clientId: 'client-of-the-app',
  clientSecret: new Secret('the-client-secret'),
  refreshToken: new Secret('the-refresh-token'),
};

/** Nothing is written down. */
export const UNNOTED = { worked: async () => undefined, failed: async () => undefined };

export interface GoogleBench {
  readonly sim: GoogleSim;
  readonly calendar: Calendar;
  readonly troubles: readonly AvaEvents['calendar.troubled'][];
  /** A new calendar, empty. */
  make(): CalendarRef;
  close(): Promise<void>;
}

export async function openGoogle(
  options: GoogleSimOptions = {},
  credentialsOf: (clinicId: string) => Promise<GoogleCredentials | null> = () => Promise.resolve(PERSON),
): Promise<GoogleBench> {
  const sim = await startGoogleSim(options);
  const troubles: AvaEvents['calendar.troubled'][] = [];
  const events = createEvents();
  events.on('calendar.troubled', (event) => troubles.push(event));
  const calendar = googleCalendar({
    calendarBaseUrl: sim.url,
    oauthBaseUrl: sim.url,
    accounts: { ...UNNOTED, credentialsOf },
    events,
  });
  return {
    sim,
    calendar,
    troubles,
    make() {
      const calendarId = `${randomUUID()}@clinic.test`;
      sim.calendars.add({ id: calendarId, timeZone: 'America/New_York' });
      return { clinicId: 'clinic-1', calendarId };
    },
    close: () => sim.stop(),
  };
}
