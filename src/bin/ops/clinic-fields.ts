/**
 * The fields of a clinic's file, and what each may hold. Everything comes in as text, as it stands in the file, so that
 * no `09:00`, `no` or `+1555…` is taken for something else. Each field is judged by itself: a file with ten mistakes
 * gets ten answers.
 */
import { z } from 'zod';
import { isTimeZone } from '../../../db/clinic-document.ts';
import type { ClinicFacts, GivenService } from '../../../db/clinic-facts.ts';
import type { OpeningHours, TimeOff } from '../../domain/clinic.ts';
import { isDate } from '../../domain/clinic-time.ts';
import { NOTICE_KINDS } from '../../domain/notices.ts';
import { SEGMENT_USD } from '../../domain/prices.ts';
import type { FileNames } from './clinic-names.ts';

export const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** What a clinic gets where its file says nothing, and what is left out where a file is written. */
export const DEFAULTS = {
  voice: 'marin',
  languages: ['en-US'],
  noticeMinutes: 60,
  horizonDays: 60,
  slotMinutes: 30,
  bargeInMs: 600,
  longestCallMinutes: 30,
  quiet: { from: '21:00', until: '08:00' },
  texting: { dailyUsd: 25, segmentUsd: SEGMENT_USD },
} as const;

const LONGEST_NAME = 120;
const LONGEST_TEXT = 2_000;
const DAY_MINUTES = 24 * 60;
const MOST_NUMBERS = 50;
/** Besides the first; each rings for twenty seconds. */
const MOST_STAFF_LINES = 4;

/** What is complained of: that the field is not there, or what it must be. */
const or =
  (wanted: string) =>
  ({ input }: { readonly input?: unknown }): string =>
    input === undefined ? 'is missing' : wanted;

const text = (longest = LONGEST_TEXT) =>
  z
    .string({ error: or('must be text') })
    .trim()
    .min(1, 'is empty')
    .max(longest, `is longer than ${longest} characters`);
const name = text(LONGEST_NAME);
const list = <Item extends z.ZodType>(item: Item) => z.array(item, { error: or('must be a list') });
const group = <Shape extends z.ZodRawShape>(fields: Shape) =>
  z.strictObject(fields, {
    error: (issue) => (issue.code === 'invalid_type' ? or('must be fields with values')(issue) : undefined),
  });

const whole = (least: number, most: number) =>
  z
    .string({ error: or('must be a number') })
    .refine((value) => /^\d{1,9}$/.test(value) && Number(value) >= least && Number(value) <= most, {
      error: `must be a whole number from ${least} to ${most}`,
    })
    .transform(Number);
const flag = z.enum(['true', 'false'], { error: 'must be true or false' }).transform((value) => value === 'true');
const cents = z
  .string({ error: 'must be an amount' })
  .regex(/^\d{1,6}(\.\d\d)?$/, 'must be an amount such as 350 or 99.50')
  .transform((value) => Math.round(Number(value) * 100));
/** No more places than are kept. */
const dollars = (places: number) =>
  z
    .string({ error: 'must be an amount' })
    .regex(new RegExp(`^\\d{1,3}(\\.\\d{1,${places}})?$`), `must be US dollars with at most ${places} decimal places`)
    .transform(Number);
const slug = z
  .string({ error: or('must be text') })
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be lower-case words joined by hyphens');
const phone = z
  .string({ error: or('must be text') })
  .regex(/^\+[1-9]\d{6,14}$/, 'must be a phone number such as +15550100001');
const language = z
  .string({ error: 'must be text' })
  .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language such as en-US');
const timeOfDay = z
  .string({ error: or('must be a time') })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time such as 21:00');
const day = z.string({ error: or('must be text') }).refine(isDate, 'must be a day such as 2026-12-24');

const SPAN = /^([01]\d|2[0-3]):([0-5]\d) ?[-–] ?(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;
const spans = z.string({ error: or('must be text') }).transform((value, context) => {
  const parts = value.split(',').map((part) => part.trim());
  const hours = parts.map((part) => ({ opens: part.slice(0, 5), closes: part.slice(-5) }));
  const inOrder = hours.every(({ opens, closes }, n) => opens < closes && (hours[n - 1]?.closes ?? '') <= opens);
  if (parts.every((part) => SPAN.test(part)) && inOrder) return hours;
  context.addIssue('must be hours in their order, such as 09:00-12:00, 13:00-18:00');
  return z.NEVER;
});
const week = group({
  monday: spans.optional(),
  tuesday: spans.optional(),
  wednesday: spans.optional(),
  thursday: spans.optional(),
  friday: spans.optional(),
  saturday: spans.optional(),
  sunday: spans.optional(),
}).transform((days): OpeningHours[] =>
  WEEKDAYS.flatMap((weekday, n) => (days[weekday] ?? []).map((hours) => ({ weekday: n + 1, ...hours }))),
);

const timeOff = group({ from: day, to: day.optional(), hours: spans.optional() })
  .refine(({ from, to }) => to === undefined || from <= to, { path: ['to'], error: 'is before the first day' })
  .refine(({ hours }) => hours === undefined || hours.length === 1, { path: ['hours'], error: 'must be one stretch' })
  .transform(({ from, to, hours }): TimeOff => {
    const [span] = hours ?? [];
    return { from, to: to ?? from, between: span ? { leaves: span.opens, returns: span.closes } : null };
  });

/** By which absences are put in order, those of the whole day last, as they are read again. */
const startOf = ({ from, to, between }: TimeOff): string => `${from} ${to} ${between?.leaves ?? '24:00'}`;

/** `botox`, or `botox: 45` for somebody who takes their own time. */
function givenService(slugs: readonly string[]) {
  return z.unknown().transform((value, context): GivenService => {
    const [[service, own] = ['', undefined], ...more] =
      typeof value === 'string' ? [[value, undefined] as const] : Object.entries(value ?? {});
    if (more.length > 0 || !slugs.includes(service)) context.addIssue(`is no service of this clinic: ${service}`);
    if (own === undefined) return { service, minutes: null };
    const minutes = whole(5, 720).safeParse(own);
    if (!minutes.success) context.addIssue('must give the service a whole number of minutes from 5 to 720');
    return { service, minutes: minutes.data ?? null };
  });
}

const isDistinct = (values: readonly unknown[]) => new Set(values).size === values.length;

const once = (names: readonly string[]) => (value: string) => names.filter((each) => each === value).length < 2;

function services({ slugs, kinds }: FileNames) {
  const fields = group({
    slug: slug.refine(once(slugs), 'is there twice'),
    name,
    aliases: list(name).default([]),
    minutes: whole(5, 720),
    buffer_before_minutes: whole(0, 240).default(0),
    buffer_after_minutes: whole(0, 240).default(0),
    price: cents.optional(),
    description: text().default(''),
    preparation: text().default(''),
    needs: list(slug).refine(isDistinct, 'names a kind twice').default([]),
    new_patients: flag.default(true),
    minimum_age: whole(1, 120).optional(),
    active: flag.default(true),
  });
  return list(
    fields
      .refine(({ needs, active }) => !active || needs.every((kind) => kinds.includes(kind)), {
        path: ['needs'],
        error: `names a kind that no resource here is of; there is ${kinds.length > 0 ? kinds.join(', ') : 'none'}`,
        // Said beside what else is wrong with the service.
        when: ({ value }) => Array.isArray(Reflect.get(Object(value), 'needs')),
      })
      .transform(({ buffer_before_minutes, buffer_after_minutes, price, new_patients, minimum_age, ...service }) => ({
        ...service,
        bufferBeforeMinutes: buffer_before_minutes,
        bufferAfterMinutes: buffer_after_minutes,
        priceCents: price ?? null,
        newPatients: new_patients,
        minimumAge: minimum_age ?? null,
      })),
  );
}

function providers({ slugs, providers: names }: FileNames) {
  return list(
    group({
      name: name.refine(once(names), 'is there twice'),
      aliases: list(name).default([]),
      calendar: name.optional(),
      services: list(givenService(slugs)).refine(
        (gives) => isDistinct(gives.map(({ service }) => service)),
        'names a service twice',
      ),
      hours: week.optional(),
      time_off: list(timeOff)
        .transform((times) => times.toSorted((a, b) => (startOf(a) < startOf(b) ? -1 : 1)))
        .default([]),
      active: flag.default(true),
    }).transform(({ calendar, services, hours, time_off, ...provider }) => ({
      ...provider,
      calendarId: calendar ?? null,
      gives: services.toSorted((a, b) => slugs.indexOf(a.service) - slugs.indexOf(b.service)),
      // No hours of one's own are the clinic's hours.
      hours: hours === undefined || hours.length === 0 ? null : hours,
      timeOff: time_off,
    })),
  );
}

/** What is booked by, and how calls are led. */
const booking = group({
  notice_minutes: whole(0, 7 * DAY_MINUTES).default(DEFAULTS.noticeMinutes),
  horizon_days: whole(1, 730).default(DEFAULTS.horizonDays),
  slot_minutes: whole(5, 240).default(DEFAULTS.slotMinutes),
  cancellation_hours: whole(0, 720).optional(),
}).transform((rules) => ({
  noticeMinutes: rules.notice_minutes,
  horizonDays: rules.horizon_days,
  slotMinutes: rules.slot_minutes,
  cancellationHours: rules.cancellation_hours ?? null,
}));
const calls = group({
  barge_in_ms: whole(100, 5_000).default(DEFAULTS.bargeInMs),
  longest_minutes: whole(2, 240).default(DEFAULTS.longestCallMinutes),
  emergency_phrases: list(name).default([]),
});

const template = group({
  language,
  kind: z.enum([...NOTICE_KINDS, 'waitlist_offer'], { error: or('must be a kind of text such as reminder_day') }),
  text: text(300),
});
/** How customers and staff are texted. */
const texts = group({
  quiet_from: timeOfDay.default(DEFAULTS.quiet.from),
  quiet_until: timeOfDay.default(DEFAULTS.quiet.until),
  alert_phones: list(phone).default([]),
  templates: list(template).default([]),
  daily_usd: dollars(2).default(DEFAULTS.texting.dailyUsd),
  segment_usd: dollars(5).default(DEFAULTS.texting.segmentUsd),
}).transform(
  ({
    quiet_from,
    quiet_until,
    alert_phones,
    templates,
    daily_usd,
    segment_usd,
  }): Pick<ClinicFacts, 'notices' | 'texting'> => ({
    notices: { quiet: { from: quiet_from, until: quiet_until }, alertPhones: alert_phones, templates },
    texting: { dailyUsd: daily_usd, segmentUsd: segment_usd },
  }),
);

/** The file of a clinic in which these names occur, parsed to its facts. */
export function clinicFields(names: FileNames) {
  // Ava would put her own callers through to herself.
  const staffLine = phone.refine((value) => !names.phones.includes(value), 'is a number that Ava answers');
  return group({
    name,
    phone,
    other_phones: list(phone.refine(once(names.phones), 'is there twice'))
      .max(MOST_NUMBERS, `are more than ${MOST_NUMBERS}`)
      .default([]),
    staff_phone: staffLine.optional(),
    other_staff_phones: list(staffLine.refine(once(names.staffPhones), 'is there twice'))
      .max(MOST_STAFF_LINES, `are more than ${MOST_STAFF_LINES}: callers would wait too long`)
      .default([]),
    time_zone: z
      .string({ error: or('must be text') })
      .refine(isTimeZone, 'must be a time zone such as America/New_York'),
    address: text().default(''),
    languages: list(language)
      .min(1, 'is empty')
      .default([...DEFAULTS.languages]),
    voice: name.default(DEFAULTS.voice),
    persona: text().default(''),
    greeting: text(500).optional(),
    consent_sentence: text(500).optional(),
    hours: week,
    staff_hours: week.default([]),
    special_days: list(
      group({ date: day.refine(once(names.specialDays), 'is there twice'), reason: name, hours: spans.default([]) }),
    )
      .transform((days) => days.toSorted((a, b) => (a.date < b.date ? -1 : 1)))
      .default([]),
    booking: booking.prefault({}),
    calls: calls.prefault({}),
    texts: texts.prefault({}),
    policies: list(text()).default([]),
    resources: list(
      group({ name: name.refine(once(names.resources), 'is there twice'), kind: slug, active: flag.default(true) }),
    ).default([]),
    services: services(names),
    providers: providers(names),
  }).transform(
    ({
      other_phones,
      staff_phone,
      other_staff_phones,
      time_zone,
      languages,
      greeting,
      consent_sentence,
      staff_hours,
      special_days,
      ...fields
    }): ClinicFacts => {
      const { booking, calls, texts, ...facts } = fields;
      return {
        ...facts,
        ...texts,
        otherPhones: other_phones,
        staffPhones: [...(staff_phone === undefined ? [] : [staff_phone]), ...other_staff_phones],
        timeZone: time_zone,
        language: languages[0] ?? DEFAULTS.languages[0],
        greeting: greeting ?? null,
        consentSentence: consent_sentence ?? null,
        specialDays: special_days,
        rules: booking,
        conversation: {
          languages,
          bargeInMs: calls.barge_in_ms,
          longestCallMinutes: calls.longest_minutes,
          emergencyPhrases: calls.emergency_phrases,
          staffHours: staff_hours,
        },
      };
    },
  );
}
