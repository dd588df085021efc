/** Clinic facts made in one word: a plain clinic, open every day, to which a test adds what it is about. */
import type { Clinic, OpeningHours, Provider, Service } from '../../src/domain/clinic.ts';

export const ALL_WEEK = [1, 2, 3, 4, 5, 6, 7] as const;

/** The same hours on each of these ISO weekdays. */
export function hoursOn(weekdays: readonly number[], opens: string, closes: string): OpeningHours[] {
  return weekdays.map((weekday) => ({ weekday, opens, closes }));
}

/** A service of 30 minutes without buffers. */
export function serviceOf(changes: Partial<Service> = {}): Service {
  return {
    id: 'botox',
    slug: 'botox',
    name: 'Botox',
    aliases: [],
    minutes: 30,
    bufferBeforeMinutes: 0,
    bufferAfterMinutes: 0,
    priceCents: 350_00,
    description: '',
    preparation: '',
    needs: [],
    newPatients: true,
    minimumAge: null,
    ...changes,
  };
}

/** Somebody who gives Botox whenever the clinic is open. */
export function providerOf(changes: Partial<Provider> = {}): Provider {
  const plain = { id: 'priya', name: 'Priya Sharma', aliases: [], serviceIds: ['botox'], ownMinutes: {}, timeOff: [] };
  return { ...plain, hours: null, ...changes };
}

/** Open from 9 to 17 all week in UTC; slots every 30 minutes, no notice, 60 days. */
export function clinicOf(changes: Partial<Clinic> = {}): Clinic {
  return {
    id: 'clinic',
    name: 'Plain Clinic',
    phone: '+12125550100',
    otherPhones: [],
    staffPhones: ['+12125550199'],
    timeZone: 'UTC',
    address: '1 Plain Street',
    consentSentence: null,
    language: 'en-US',
    voice: 'marin',
    persona: '',
    greeting: null,
    hours: hoursOn(ALL_WEEK, '09:00', '17:00'),
    specialDays: [],
    services: [serviceOf()],
    providers: [providerOf()],
    resources: [],
    rules: { noticeMinutes: 0, horizonDays: 60, slotMinutes: 30, cancellationHours: null },
    conversation: {
      languages: ['en-US'],
      bargeInMs: 600,
      longestCallMinutes: 30,
      staffHours: [],
      emergencyPhrases: [],
    },
    notices: { quiet: { from: '21:00', until: '08:00' }, alertPhones: [], templates: [] },
    texting: { dailyUsd: 25, segmentUsd: 0.0083 },
    policies: [],
    ...changes,
  };
}
