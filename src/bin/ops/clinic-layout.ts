/** How the facts of a clinic stand in its file: fields in the order in which one tells them, defaults left out. */
import type { ClinicFacts, GivenService, ProviderFacts, ServiceFacts } from '../../../db/clinic-facts.ts';
import type { OpeningHours, TimeOff } from '../../domain/clinic.ts';
import { DEFAULTS, WEEKDAYS } from './clinic-fields.ts';

type Fields = Readonly<Record<string, unknown>>;

export function clinicLayout(facts: ClinicFacts): Fields {
  const { rules, conversation, notices, texting } = facts;
  return said(
    {
      name: facts.name,
      phone: facts.phone,
      other_phones: facts.otherPhones,
      staff_phone: facts.staffPhones[0] ?? null,
      other_staff_phones: facts.staffPhones.slice(1),
      time_zone: facts.timeZone,
      address: facts.address,
      languages: conversation.languages,
      voice: unless(facts.voice, DEFAULTS.voice),
      persona: facts.persona,
      greeting: facts.greeting,
      consent_sentence: facts.consentSentence,
      hours: week(facts.hours),
      staff_hours: conversation.staffHours.length === 0 ? null : week(conversation.staffHours),
      special_days: facts.specialDays.map(({ date, reason, hours }) => said({ date, reason, hours: spans(hours) })),
      booking: group({
        notice_minutes: unless(rules.noticeMinutes, DEFAULTS.noticeMinutes),
        horizon_days: unless(rules.horizonDays, DEFAULTS.horizonDays),
        slot_minutes: unless(rules.slotMinutes, DEFAULTS.slotMinutes),
        cancellation_hours: rules.cancellationHours,
      }),
      calls: group({
        barge_in_ms: unless(conversation.bargeInMs, DEFAULTS.bargeInMs),
        longest_minutes: unless(conversation.longestCallMinutes, DEFAULTS.longestCallMinutes),
        emergency_phrases: conversation.emergencyPhrases,
      }),
      texts: group({
        quiet_from: unless(notices.quiet.from, DEFAULTS.quiet.from),
        quiet_until: unless(notices.quiet.until, DEFAULTS.quiet.until),
        alert_phones: notices.alertPhones,
        templates: notices.templates.map(({ language, kind, text }) => said({ language, kind, text })),
        daily_usd: unless(texting.dailyUsd, DEFAULTS.texting.dailyUsd),
        segment_usd: unless(texting.segmentUsd, DEFAULTS.texting.segmentUsd),
      }),
      policies: facts.policies,
      resources: facts.resources.map(({ name, kind, active }) => said({ name, kind, active: unless(active, true) })),
      services: facts.services.map(serviceLayout),
      providers: facts.providers.map(providerLayout),
    },
    ['services', 'providers'],
  );
}

function serviceLayout(service: ServiceFacts): Fields {
  return said({
    slug: service.slug,
    name: service.name,
    aliases: service.aliases,
    minutes: service.minutes,
    buffer_before_minutes: unless(service.bufferBeforeMinutes, 0),
    buffer_after_minutes: unless(service.bufferAfterMinutes, 0),
    price: service.priceCents === null ? null : amount(service.priceCents),
    description: service.description,
    preparation: service.preparation,
    needs: service.needs,
    new_patients: unless(service.newPatients, true),
    minimum_age: service.minimumAge,
    active: unless(service.active, true),
  });
}

function providerLayout(provider: ProviderFacts): Fields {
  return said(
    {
      name: provider.name,
      aliases: provider.aliases,
      calendar: provider.calendarId,
      services: provider.gives.map(givenLayout),
      hours: provider.hours === null ? null : week(provider.hours),
      time_off: provider.timeOff.map(timeOffLayout),
      active: unless(provider.active, true),
    },
    ['services'],
  );
}

function givenLayout({ service, minutes }: GivenService): unknown {
  return minutes === null ? service : { [service]: minutes };
}

function timeOffLayout({ from, to, between }: TimeOff): Fields {
  const hours = between && `${between.leaves}-${between.returns}`;
  return said({ from, to: unless(to, from), hours });
}

function week(hours: readonly OpeningHours[]): Fields {
  const days = WEEKDAYS.map((day, n) => [day, spans(hours.filter(({ weekday }) => weekday === n + 1))] as const);
  return said(Object.fromEntries(days));
}

function spans(hours: readonly { readonly opens: string; readonly closes: string }[]): string {
  return hours.map(({ opens, closes }) => `${opens}-${closes}`).join(', ');
}

/** 350, or 99.50 as text: a number would lose its last digit. */
function amount(cents: number): number | string {
  return cents % 100 === 0 ? cents / 100 : (cents / 100).toFixed(2);
}

function unless<T>(value: T, plain: T): T | null {
  return value === plain ? null : value;
}

/** Without what has nothing to say, but for fields that must be there. */
function said(fields: Fields, kept: readonly string[] = []): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => kept.includes(name) || isSaid(value)));
}

function isSaid(value: unknown): boolean {
  return value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

function group(fields: Fields): Fields | null {
  const left = said(fields);
  return Object.keys(left).length === 0 ? null : left;
}
