/** The clinics of the benchmark: as many as wanted, all alike but for their time zone. */
import type { ClinicFacts } from '../../../db/clinic-facts.ts';
import { radiance } from '../../../db/seed-clinics.ts';

const TIME_ZONES = ['America/New_York', 'America/Chicago', 'America/Denver', 'America/Los_Angeles'];
const MON_TO_SAT = [1, 2, 3, 4, 5, 6];
const NAMES = [
  'Priya Sharma',
  'Elena Ruiz',
  'Maya Chen',
  'Amara Okafor',
  'Jonas Weber',
  'Sofia Lindqvist',
  'Omar Haddad',
];

/** The first provider alone gives what needs the clinic's one laser, so that a history is easily made without clashes. */
const LASER = 'laser-hair-removal';

const services: ClinicFacts['services'] = radiance.services.map(({ id: _id, ...service }) => ({
  ...service,
  bufferAfterMinutes: service.slug === 'chemical-peel' ? 15 : 0,
}));

/** The clinic of this number, from 0. */
export function benchClinic(n: number, providers: number): ClinicFacts {
  const { id: _id, resources, ...facts } = radiance;
  return {
    ...facts,
    name: `Clinic ${n}`,
    phone: `+1646${String(5_000_000 + n)}`,
    timeZone: TIME_ZONES[n % TIME_ZONES.length] ?? 'UTC',
    hours: MON_TO_SAT.map((weekday) => ({ weekday, opens: '09:00', closes: '18:00' })),
    services,
    providers: Array.from({ length: providers }, (_, place) => ({
      name: NAMES[place] ?? `Provider ${place}`,
      aliases: [],
      calendarId: null,
      hours: null,
      timeOff: [],
      active: true,
      gives: services
        .filter(({ slug }) => place === 0 || slug !== LASER)
        .map(({ slug }) => ({ service: slug, minutes: null })),
    })),
    resources: resources.map(({ id: _resourceId, ...resource }) => resource),
  };
}
