/** Files of clinics: what is read, what is complained of, and that what is written reads as the same. */
import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClinicFacts } from '../../../db/clinic-facts.ts';
import { SEED_CLINICS } from '../../../db/seed-clinics.ts';
import { readClinicFile, writeClinicFile } from '../../../src/bin/ops/clinic-file.ts';

const EXAMPLE = readFileSync(new URL('../../../ops/clinics/example.yaml', import.meta.url), 'utf8');

const SMALLEST = `name: Small
phone: "+15550100400"
time_zone: UTC
hours:
  monday: 09:00-17:00
services:
  - slug: visit
    name: Visit
    minutes: 30
providers:
  - name: Kim
    services: [visit]
`;

function only(text: string): ClinicFacts {
  const { clinics, problems } = readClinicFile(text);
  expect(problems).toEqual([]);
  const [facts, ...more] = clinics;
  if (!facts || more.length > 0) throw new Error(`${clinics.length} clinics`);
  return facts;
}

/** Nine of nine of nine…, eight times over. */
const GROWING = ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi']
  .map((pair) => `${pair[1]}: &${pair[1]} [${Array<string>(9).fill(`*${pair[0]}`).join(',')}]`)
  .join('\n');

/** `LINE FIELD …` of everything that is wrong. */
const problemsOf = (text: string): string[] => readClinicFile(text).problems.map(({ line, text }) => `${line} ${text}`);

describe('the file of a clinic', () => {
  it('says everything that a clinic is', () => {
    const facts = only(EXAMPLE);
    expect(facts).toMatchObject({
      name: 'Harbor Aesthetics',
      phone: '+15550100303',
      language: 'en-US',
      rules: { noticeMinutes: 120, horizonDays: 90, slotMinutes: 15, cancellationHours: 24 },
      conversation: { languages: ['en-US', 'es-US'], bargeInMs: 500, emergencyPhrases: ['allergic reaction'] },
      specialDays: [{ hours: [{ opens: '09:00', closes: '12:00' }] }, { date: '2026-12-25', hours: [] }],
      resources: [{ active: true }, { active: false }],
    });
    expect(facts.hours.filter(({ weekday }) => weekday === 1)).toEqual([
      { weekday: 1, opens: '09:00', closes: '12:00' },
      { weekday: 1, opens: '13:00', closes: '18:00' },
    ]);
    expect(
      facts.services.map(({ priceCents, needs, newPatients, minimumAge, active }) => [
        priceCents,
        needs,
        newPatients,
        minimumAge,
        active,
      ]),
    ).toEqual([
      [149_50, ['laser'], false, 18, true],
      [0, [], true, null, true],
      [null, [], true, null, false],
    ]);
    expect(facts.providers[0]).toMatchObject({
      aliases: ['Dr. Ada', 'Dr. L'],
      calendarId: 'ada@harbor.test',
      gives: [
        { service: 'laser-hair-removal', minutes: null },
        { service: 'consultation', minutes: null },
        { service: 'peel', minutes: 60 },
      ],
      timeOff: [
        { from: '2026-12-04', to: '2026-12-04', between: { leaves: '15:00', returns: '18:00' } },
        { from: '2026-12-28', to: '2027-01-02', between: null },
      ],
    });
    expect(facts.providers[1]).toMatchObject({ hours: null, calendarId: null });
  });

  it('needs little, and the rest is what a clinic gets that says nothing', () => {
    expect(only(SMALLEST)).toMatchObject({
      otherPhones: [],
      staffPhones: [],
      language: 'en-US',
      voice: 'marin',
      greeting: null,
      rules: { noticeMinutes: 60, horizonDays: 60, slotMinutes: 30, cancellationHours: null },
      conversation: { bargeInMs: 600, longestCallMinutes: 30, staffHours: [] },
      resources: [],
    });
    expect(writeClinicFile(only(SMALLEST)).split('\n')).toEqual(
      expect.arrayContaining(['hours:', '  monday: 09:00-17:00', '  - slug: visit', '      - visit']),
    );
  });

  it('takes a number without quotes, a dash as it is typed, and text that looks like something else', () => {
    const facts = only(
      SMALLEST.replace('"+15550100400"', '+15550100400')
        .replace('09:00-17:00', '09:00 – 17:00')
        .replace('name: Small', 'name: no'),
    );
    expect(facts).toMatchObject({ phone: '+15550100400', name: 'no', hours: [{ opens: '09:00', closes: '17:00' }] });
  });

  it('puts in order what has none of its own: days by their date, services as the clinic lists them', () => {
    const turned = SMALLEST.replace(
      '    services: [visit]',
      `    services: [check, visit]
    time_off: [{ from: 2026-12-09 }, { from: 2026-12-02 }]
special_days: [{ date: 2027-01-01, reason: New Year }, { date: 2026-12-25, reason: Christmas }]`,
    ).replace('providers:', '  - { slug: check, name: Check, minutes: 15 }\nproviders:');
    const { specialDays, providers } = only(turned);
    expect(specialDays.map(({ date }) => date)).toEqual(['2026-12-25', '2027-01-01']);
    expect(providers[0]?.timeOff.map(({ from }) => from)).toEqual(['2026-12-02', '2026-12-09']);
    expect(providers[0]?.gives.map(({ service }) => service)).toEqual(['visit', 'check']);
  });

  it('may hold several clinics', () => {
    const { clinics, problems } = readClinicFile(`${EXAMPLE}---\n${SMALLEST}`);
    expect([clinics.map(({ name }) => name), problems]).toEqual([['Harbor Aesthetics', 'Small'], []]);
  });
});

describe('what is written of a clinic', () => {
  it.each([
    ['the example', only(EXAMPLE)],
    ['the smallest', only(SMALLEST)],
  ])('reads as the same clinic: %s', (_, facts) => {
    const written = writeClinicFile(facts);
    expect(only(written)).toEqual(facts);
    expect(writeClinicFile(only(written))).toBe(written);
  });

  it.each(SEED_CLINICS)('reads as the same clinic: $name', (clinic) => {
    // A file tells no ids.
    const facts: unknown = JSON.parse(
      JSON.stringify(clinic, (key, value: unknown) => (key === 'id' ? undefined : value)),
    );
    expect(only(writeClinicFile(clinic))).toEqual(facts);
  });

  it('reads as the same whatever its texts are', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 100 })
      .map((drawn) => drawn.trim())
      .filter((drawn) => drawn !== '');
    fc.assert(
      fc.property(text, text, text, fc.integer({ min: 0, max: 999_999_99 }), (name, persona, alias, priceCents) => {
        const [service] = only(SMALLEST).services;
        if (!service) throw new Error('the smallest clinic has a service');
        const facts = {
          ...only(SMALLEST),
          name,
          persona,
          policies: [alias],
          services: [{ ...service, aliases: [alias], priceCents }],
        };
        expect(only(writeClinicFile(facts))).toEqual(facts);
      }),
      { seed: 20_261_127, numRuns: 200 },
    );
  });
});

describe('what is wrong with a file', () => {
  it('is told all at once, each with its line and its field', () => {
    const wrong = `name: ""
phone: 555-0100
time_zone: Mars/Olympus
fax: +15550100401
languages: english
hours:
  monday: 9 to 5
  tuesday: 13:00-12:00
  wednesday: 09:00-12:00, 11:00-13:00
  funday: 09:00-12:00
special_days:
  - date: 2026-02-30
    reason: never
  - date: 2026-12-25
    reason: once
  - date: 2026-12-25
    reason: twice
booking:
  horizon_days: forever
  slot_minutes: 1
resources:
  - name: Laser
    kind: A laser
services:
  - slug: visit
    name: Visit
    minutes: half an hour
    price: $350
    needs: [scanner]
    new_patients: sometimes
  - slug: visit
    minutes: 30
    needs: [scanner, scanner]
    name: Visit again
providers:
  - services: [visit, surgery, visit: soon]
    time_off:
      - from: 2026-12-05
        to: 2026-12-01
  - name: Kim
`;
    expect(problemsOf(wrong)).toEqual([
      '1 name is empty',
      '2 phone must be a phone number such as +15550100001',
      '3 time_zone must be a time zone such as America/New_York',
      '4 fax is no field here',
      '5 languages must be a list',
      '7 hours.monday must be hours in their order, such as 09:00-12:00, 13:00-18:00',
      '8 hours.tuesday must be hours in their order, such as 09:00-12:00, 13:00-18:00',
      '9 hours.wednesday must be hours in their order, such as 09:00-12:00, 13:00-18:00',
      '10 hours.funday is no field here',
      '12 special_days[1].date must be a day such as 2026-12-24',
      '14 special_days[2].date is there twice',
      '16 special_days[3].date is there twice',
      '19 booking.horizon_days must be a whole number from 1 to 730',
      '20 booking.slot_minutes must be a whole number from 5 to 240',
      '23 resources[1].kind must be lower-case words joined by hyphens',
      '25 services[1].slug is there twice',
      '27 services[1].minutes must be a whole number from 5 to 720',
      '28 services[1].price must be an amount such as 350 or 99.50',
      '29 services[1].needs names a kind that no resource here is of; there is A laser',
      '30 services[1].new_patients must be true or false',
      '31 services[2].slug is there twice',
      '33 services[2].needs names a kind twice',
      '33 services[2].needs names a kind that no resource here is of; there is A laser',
      '36 providers[1].name is missing',
      '36 providers[1].services[2] is no service of this clinic: surgery',
      '36 providers[1].services[3] must give the service a whole number of minutes from 5 to 720',
      '39 providers[1].time_off[1].to is before the first day',
      '40 providers[2].services is missing',
    ]);
  });

  it('is a number that is there twice, one to which callers would be sent in a circle, or too many to be tried', () => {
    const numbers = `other_phones: ["+15550100401", "+15550100400", "+15550100401"]
staff_phone: "+15550100400"
other_staff_phones:
  - "+15550100490"
  - "+15550100401"
  - "+15550100490"
`;
    expect(problemsOf(`${numbers}${SMALLEST}`)).toEqual([
      '1 other_phones[1] is there twice',
      '1 other_phones[2] is there twice',
      '1 other_phones[3] is there twice',
      '2 staff_phone is a number that Ava answers',
      '4 other_staff_phones[1] is there twice',
      '5 other_staff_phones[2] is a number that Ava answers',
      '6 other_staff_phones[3] is there twice',
    ]);
    const many = `other_staff_phones: [${[1, 2, 3, 4, 5].map((n) => `"+1555010049${n}"`).join(', ')}]\n`;
    expect(problemsOf(`${many}${SMALLEST}`)).toEqual([
      '1 other_staff_phones are more than 4: callers would wait too long',
    ]);
  });

  it('is told of every clinic in it, with the lines of the file', () => {
    const both = `${SMALLEST.replace('UTC', 'nowhere')}---\n${SMALLEST.replace('minutes: 30', 'minutes: 3')}`;
    expect(problemsOf(both)).toEqual([
      '3 time_zone must be a time zone such as America/New_York',
      '22 services[1].minutes must be a whole number from 5 to 720',
    ]);
  });

  it.each([
    ['nothing', '', /^1 holds no clinic$/],
    ['a service given twice', SMALLEST.replace('[visit]', '[visit, visit: 20]'), /names a service twice$/],
    ['a clinic without hours', SMALLEST.replace('hours:\n  monday: 09:00-17:00\n', ''), /^1 hours is missing$/],
    ['a list', '- name: Small', /^1 holds no clinic$/],
    ['no YAML', 'name: [Small', /^1 /],
    ['a field twice', `name: Other\n${SMALLEST}`, /^\d+ Map keys must be unique/],
    ['a file that would grow', `a: &a [x,x,x,x,x,x,x,x,x]\n${GROWING}`, /^1 .*alias/],
  ])('is that it is %s', (_, text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(problem)]);
  });
});
