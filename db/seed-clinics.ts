/**
 * The two clinics that every installation for development and every test can rely on. Their facts are public
 * interface: numbers, names, hours and ids do not change. Providers name services by slug here.
 */
import type { OpeningHours } from '../src/domain/clinic.ts';
import { SEGMENT_USD } from '../src/domain/prices.ts';
import type { ClinicFacts, GivenService, ProviderFacts, ResourceFacts, ServiceFacts } from './clinic-facts.ts';

interface WithId {
  readonly id: string;
}

export interface SeedClinic extends ClinicFacts, WithId {
  readonly services: readonly (ServiceFacts & WithId)[];
  readonly providers: readonly (ProviderFacts & WithId)[];
  readonly resources: readonly (ResourceFacts & WithId)[];
}

const MON_TO_FRI = [1, 2, 3, 4, 5];

/** A service without anything special, for everybody. */
const PLAIN_SERVICE = {
  bufferBeforeMinutes: 0,
  bufferAfterMinutes: 0,
  preparation: '',
  needs: [],
  newPatients: true,
  minimumAge: null,
  active: true,
};

/** Somebody who works whenever the clinic is open. */
const PLAIN_PROVIDER = { aliases: [], hours: null, timeOff: [], active: true };

/** Services given in the time that they take with everybody. */
function gives(...services: readonly string[]): GivenService[] {
  return services.map((service) => ({ service, minutes: null }));
}

/** A clinic that leaves the manner of speaking to Ava. */
const PLAIN_MANNER = { consentSentence: null, language: 'en-US', voice: 'marin', persona: '', greeting: null };

/** The same stretches of time, such as `09:00–12:00`, on each of these weekdays. */
function week(weekdays: readonly number[], ...stretches: readonly string[]): OpeningHours[] {
  return weekdays.flatMap((weekday) =>
    stretches.map((stretch) => ({ weekday, opens: stretch.slice(0, 5), closes: stretch.slice(-5) })),
  );
}

/** What a clinic gets that says nothing about its conversations. */
const PLAIN_CONVERSATION = { bargeInMs: 600, longestCallMinutes: 30, staffHours: [], emergencyPhrases: [] };

/** The same of its texts. */
const PLAIN_TEXTING = { dailyUsd: 25, segmentUsd: SEGMENT_USD };
const PLAIN_NOTICES = { quiet: { from: '21:00', until: '08:00' }, alertPhones: [], templates: [] };

const radianceServices: SeedClinic['services'] = [
  {
    id: '7ad1a9ce-0000-4000-8000-000000000101',
    slug: 'botox',
    name: 'Botox',
    aliases: ['botulinum toxin', 'tox', 'wrinkle injections', 'anti-wrinkle injections'],
    minutes: 30,
    ...PLAIN_SERVICE,
    priceCents: 350_00,
    description: 'Injections that soften frown lines, forehead lines and crow’s feet.',
  },
  {
    id: '7ad1a9ce-0000-4000-8000-000000000102',
    slug: 'filler',
    name: 'Dermal filler',
    aliases: ['filler', 'fillers', 'lip filler', 'cheek filler', 'lip injections'],
    minutes: 45,
    ...PLAIN_SERVICE,
    priceCents: 650_00,
    description: 'Hyaluronic acid injections that restore volume to lips, cheeks and folds.',
  },
  {
    id: '7ad1a9ce-0000-4000-8000-000000000103',
    slug: 'hydrafacial',
    name: 'Hydrafacial',
    aliases: ['hydra facial', 'facial'],
    minutes: 60,
    ...PLAIN_SERVICE,
    priceCents: 199_00,
    description: 'A cleansing, exfoliating and hydrating facial.',
  },
  {
    id: '7ad1a9ce-0000-4000-8000-000000000104',
    slug: 'laser-hair-removal',
    name: 'Laser hair removal',
    aliases: ['laser', 'laser hair', 'hair removal'],
    minutes: 45,
    ...PLAIN_SERVICE,
    priceCents: 150_00,
    needs: ['laser'],
    description: 'Lasting hair reduction, priced by session.',
  },
  {
    id: '7ad1a9ce-0000-4000-8000-000000000105',
    slug: 'chemical-peel',
    name: 'Chemical peel',
    aliases: ['peel', 'face peel', 'skin peel'],
    minutes: 45,
    ...PLAIN_SERVICE,
    priceCents: 175_00,
    description: 'An exfoliating treatment for tone and texture.',
  },
  {
    id: '7ad1a9ce-0000-4000-8000-000000000106',
    slug: 'consultation',
    name: 'Consultation',
    aliases: ['consult', 'first visit', 'new client visit'],
    minutes: 30,
    ...PLAIN_SERVICE,
    priceCents: 0,
    description: 'A first talk about goals and options.',
  },
];

export const radiance: SeedClinic = {
  id: '7ad1a9ce-0000-4000-8000-000000000001',
  name: 'Radiance Med Spa',
  phone: '+15550100001',
  otherPhones: [],
  staffPhones: ['+15550100099'],
  timeZone: 'America/New_York',
  address: '120 Orchard Street, New York, NY 10002',
  ...PLAIN_MANNER,
  hours: [...week([...MON_TO_FRI, 6], '09:00–18:00'), ...week([7], '10:00–16:00')],
  specialDays: [],
  services: radianceServices,
  providers: [
    {
      id: '7ad1a9ce-0000-4000-8000-000000000201',
      name: 'Priya Sharma',
      calendarId: 'priya@radiance.test',
      ...PLAIN_PROVIDER,
      gives: gives(...radianceServices.map(({ slug }) => slug)),
    },
    {
      id: '7ad1a9ce-0000-4000-8000-000000000202',
      name: 'Dr. Elena Ruiz',
      calendarId: 'elena@radiance.test',
      ...PLAIN_PROVIDER,
      gives: gives('botox', 'filler', 'consultation'),
    },
    {
      id: '7ad1a9ce-0000-4000-8000-000000000203',
      name: 'Maya Chen',
      calendarId: 'maya@radiance.test',
      ...PLAIN_PROVIDER,
      gives: gives('hydrafacial', 'laser-hair-removal', 'chemical-peel'),
    },
  ],
  resources: [{ id: '7ad1a9ce-0000-4000-8000-000000000301', name: 'Laser', kind: 'laser', active: true }],
  rules: { noticeMinutes: 60, horizonDays: 60, slotMinutes: 30, cancellationHours: null },
  conversation: { languages: ['en-US', 'es-US'], ...PLAIN_CONVERSATION },
  notices: PLAIN_NOTICES,
  texting: PLAIN_TEXTING,
  policies: [
    'Please cancel or move an appointment at least 24 hours ahead; later cancellations are charged 50 dollars.',
    'There is free parking behind the building.',
  ],
};

const lumenServices: SeedClinic['services'] = [
  {
    id: '1a3e9de2-0000-4000-8000-000000000101',
    slug: 'skin-check',
    name: 'Skin check',
    aliases: ['mole check', 'full body exam', 'skin cancer screening'],
    minutes: 30,
    ...PLAIN_SERVICE,
    priceCents: 180_00,
    description: 'A full-body look at moles and spots by a dermatologist.',
  },
  {
    id: '1a3e9de2-0000-4000-8000-000000000102',
    slug: 'acne-visit',
    name: 'Acne visit',
    aliases: ['acne', 'acne treatment', 'pimples'],
    minutes: 30,
    ...PLAIN_SERVICE,
    priceCents: 150_00,
    description: 'Assessment and treatment plan for acne.',
  },
  {
    id: '1a3e9de2-0000-4000-8000-000000000103',
    slug: 'mole-removal',
    name: 'Mole removal',
    aliases: ['mole', 'remove a mole', 'skin tag removal'],
    minutes: 45,
    ...PLAIN_SERVICE,
    bufferAfterMinutes: 15,
    priceCents: null,
    description: 'Removal under local anaesthetic; the price depends on size and place.',
  },
  {
    id: '1a3e9de2-0000-4000-8000-000000000104',
    slug: 'consultation',
    name: 'Consultation',
    aliases: ['consult', 'first visit', 'new patient visit'],
    minutes: 30,
    ...PLAIN_SERVICE,
    priceCents: 120_00,
    description: 'A first visit for any skin concern.',
  },
];

export const lumen: SeedClinic = {
  id: '1a3e9de2-0000-4000-8000-000000000001',
  name: 'Lumen Dermatology',
  phone: '+15550100002',
  otherPhones: [],
  staffPhones: ['+15550100098'],
  timeZone: 'America/Los_Angeles',
  address: '48 Harbor Way, Suite 300, Oakland, CA 94607',
  ...PLAIN_MANNER,
  consentSentence: 'This call may be recorded so that we can look after you well.',
  hours: week(MON_TO_FRI, '08:30–12:00', '13:00–17:00'),
  specialDays: [
    { date: '2026-12-24', reason: 'Christmas Eve', hours: [{ opens: '08:30', closes: '12:00' }] },
    { date: '2026-12-25', reason: 'Christmas Day', hours: [] },
    { date: '2027-01-01', reason: 'New Year’s Day', hours: [] },
  ],
  services: lumenServices,
  providers: [
    {
      id: '1a3e9de2-0000-4000-8000-000000000201',
      name: 'Dr. Amara Okafor',
      calendarId: 'amara@lumen.test',
      ...PLAIN_PROVIDER,
      gives: gives(...lumenServices.map(({ slug }) => slug)),
    },
    {
      id: '1a3e9de2-0000-4000-8000-000000000202',
      name: 'Dr. Jonas Weber',
      calendarId: 'jonas@lumen.test',
      ...PLAIN_PROVIDER,
      hours: week([2, 3, 4], '08:30–17:00'),
      gives: gives('skin-check', 'acne-visit', 'consultation'),
    },
  ],
  resources: [],
  rules: { noticeMinutes: 120, horizonDays: 90, slotMinutes: 30, cancellationHours: null },
  conversation: { languages: ['en-US'], ...PLAIN_CONVERSATION },
  notices: PLAIN_NOTICES,
  texting: PLAIN_TEXTING,
  policies: [
    'Please bring an insurance card and a photo ID to the first visit.',
    'Please cancel at least one business day ahead.',
  ],
};

export const SEED_CLINICS: readonly SeedClinic[] = [radiance, lumen];

/** Their providers' calendars, each in its clinic's time zone. */
export const SEED_CALENDARS: readonly { readonly id: string; readonly timeZone: string }[] = SEED_CLINICS.flatMap(
  ({ providers, timeZone }) =>
    providers.flatMap(({ calendarId }) => (calendarId === null ? [] : [{ id: calendarId, timeZone }])),
);
