import { describe, expect, it } from 'vitest';
import type { Clinic } from '../../src/domain/clinic.ts';
import { instructions } from '../../src/receptionist/instructions.ts';
import { fixedPhrases } from '../../src/receptionist/phrases.ts';
import { toolDeclarations } from '../../src/receptionist/tools/toolbox.ts';
import { clinicOf, hoursOn, providerOf, serviceOf } from '../support/clinics.ts';
import { CALLER, lumen, MONDAY_MORNING, radiance } from './desk.ts';

const told = (clinic: Clinic, now = MONDAY_MORNING, callerPhone: string | null = CALLER): string =>
  instructions({ clinic, now, callerPhone });
const section = (text: string, title: string): string =>
  text.split(/^# /m).find((part) => part.startsWith(title)) ?? '';
const numbersIn = (text: string): string[] => text.match(/\d+/g) ?? [];

/** Every number that a clinic's record can give rise to when it is spoken of. */
function numbersOf(clinic: Clinic): Set<string> {
  const clocks = [...clinic.hours, ...clinic.specialDays.flatMap(({ hours }) => hours)].flatMap(({ opens, closes }) =>
    [opens, closes].flatMap((time) => {
      const [hour = '', minute = ''] = time.split(':');
      return [String(Number(hour) % 12 || 12), minute];
    }),
  );
  const prices = clinic.services.flatMap(({ priceCents }) => numbersIn(String((priceCents ?? 0) / 100)));
  return new Set([...numbersIn(JSON.stringify(clinic)), ...clocks, ...prices]);
}

const before = (text: string): string => text.slice(0, text.indexOf('# This call'));

describe.each([radiance, lumen])('the instructions for $name', (clinic) => {
  it('hold no number that the clinic’s record does not', () => {
    const known = numbersOf(clinic);
    const facts = section(told(clinic), 'The clinic');
    expect(facts.length).toBeGreaterThan(500);
    expect(numbersIn(facts).filter((number) => !known.has(number))).toEqual([]);
  });

  it('hold no number of the clinic outside of its facts', () => {
    const text = told(clinic);
    expect(numbersIn(section(text, 'Who you are') + section(text, 'How you work'))).toEqual([]);
  });

  it('name every service with its length and price, every provider, and every policy', () => {
    const facts = section(told(clinic), 'The clinic');
    for (const { name, minutes, priceCents } of clinic.services) {
      const price = priceCents === null ? 'price told' : priceCents === 0 ? 'free of charge' : `$${priceCents / 100}`;
      expect(facts).toContain(`- ${name}: ${minutes} minutes, ${price}`);
    }
    for (const { name } of clinic.providers) expect(facts).toContain(`- ${name}: `);
    for (const policy of clinic.policies) expect(facts).toContain(policy);
    expect(facts).toContain(clinic.address);
  });

  it('name nothing of another clinic', () => {
    const other = clinic === radiance ? lumen : radiance;
    for (const { name } of [other, ...other.providers]) expect(told(clinic)).not.toContain(name);
  });

  it('change from call to call in their last section alone', () => {
    const one = told(clinic);
    const two = told(clinic, MONDAY_MORNING + 3 * 86_400_000, null);
    expect(before(one)).toBe(before(two));
    expect(one).not.toBe(two);
  });
});

describe('what a person is needed for', () => {
  it('is told with tools that there are', () => {
    const people = section(told(radiance), 'When a person is needed');
    const declared = toolDeclarations().map(({ name }) => name);
    const named = people.match(/\b[a-z]+_[a-z_]+\b/g) ?? [];
    expect(new Set(named)).toEqual(new Set(['transfer_to_staff', 'take_message']));
    expect(declared).toEqual(expect.arrayContaining(named));
    expect(people).toMatch(/no medical advice/);
  });
});

describe('the date in the instructions', () => {
  it.each([
    ['2026-11-24T04:50:00Z', 'Monday, 2026-11-23, 23:50'],
    ['2026-11-24T05:00:00Z', 'Tuesday, 2026-11-24, 00:00'],
    ['2027-01-01T04:59:00Z', 'Thursday, 2026-12-31, 23:59'],
    ['2028-02-29T12:00:00Z', 'Tuesday, 2028-02-29, 07:00'],
  ])('at %s in New York is %s', (now, date) => {
    expect(section(told(radiance, Date.parse(now)), 'This call')).toContain(`Now: ${date} (America/New_York`);
  });

  it('is each clinic’s own at the same moment', () => {
    const now = Date.parse('2026-11-24T06:30:00Z');
    expect(told(radiance, now)).toContain('Tuesday, 2026-11-24, 01:30');
    expect(told(lumen, now)).toContain('Monday, 2026-11-23, 22:30');
  });
});

function spoken(...languages: string[]): string {
  const plain = clinicOf();
  return told({ ...plain, conversation: { ...plain.conversation, languages } });
}

describe('the languages in the instructions', () => {
  it('are those of the clinic, the caller’s before its first', () => {
    expect(spoken('en-US', 'es-US', 'es-MX')).toContain(
      'You speak English and Spanish. Speak the language the caller speaks where it is one of these, else English.',
    );
    expect(spoken('fr-CA', 'de', 'en')).toContain('You speak French, German and English.');
  });

  it('are one and no other where the clinic speaks one', () => {
    expect(spoken('es-US')).toContain('You speak Spanish, and nothing else.');
  });
});

describe('the caller’s number in the instructions', () => {
  it('is told where it is known, and asked for where it is withheld', () => {
    expect(told(radiance)).toContain(CALLER);
    const withheld = told(radiance, MONDAY_MORNING, null);
    expect(withheld).not.toContain(CALLER);
    expect(withheld).toMatch(/withheld: ask for one before booking/);
  });
});

describe('the instructions for a clinic with little to say', () => {
  it('leave out what there is not', () => {
    const clinic = clinicOf({ services: [serviceOf({ priceCents: null })], hours: hoursOn([1, 3], '09:00', '24:00') });
    const facts = section(told(clinic), 'The clinic');
    expect(facts).not.toContain('Policies');
    expect(facts).toContain('- Botox: 30 minutes, price told at the consultation\n');
    expect(facts).toContain(
      'Open: Monday 9 AM to 12 AM; Tuesday closed; Wednesday 9 AM to 12 AM; Thursday to Sunday closed.',
    );
  });
});

describe('the facts of a clinic that has more to say', () => {
  const service = serviceOf({ minimumAge: 18, description: 'Injections.', preparation: 'Come without make-up.' });
  const provider = providerOf({ aliases: ['Pri'], ownMinutes: { [service.id]: 50 } });

  it('name ages, how to prepare, other names and times of one’s own', () => {
    const facts = section(told(clinicOf({ services: [service], providers: [provider] })), 'The clinic');
    expect(facts).toContain(
      '- Botox: 30 minutes, $350, from 18 years on. Injections. To prepare: Come without make-up.\n',
    );
    expect(facts).toContain('- Priya Sharma (also called Pri): all services; Botox takes 50 minutes\n');
  });

  it('have the age asked for only where there is one', () => {
    expect(section(told(clinicOf({ services: [service] })), 'How you work')).toContain('old_enough');
    expect(told(radiance)).not.toContain('old_enough');
  });
});

describe('the persona of a clinic', () => {
  const persona = 'Cheerful. Never say that you are an AI.';

  it('comes after what holds for every clinic, which stays', () => {
    const who = section(told(clinicOf({ persona })), 'Who you are');
    expect(who).toContain('never claim to be a person');
    expect(who.trimEnd().endsWith(`within all the other rules here:\n${persona}`)).toBe(true);
  });

  it('is not spoken of where there is none', () => {
    expect(told(radiance)).not.toContain('come across');
  });
});

describe('the fixed phrases', () => {
  it.each(['en', 'es', 'fr', 'de'])('are all there in %s, each another sentence', (language) => {
    const phrases = Object.values(fixedPhrases(radiance, language));
    expect(phrases.every((sentence) => /[.!?]$/.test(sentence))).toBe(true);
    expect(new Set(phrases).size).toBe(phrases.length);
  });

  it('are in the language asked for, in whatever country it is spoken, and else in English', () => {
    expect(fixedPhrases(radiance, 'es-MX').lostYou).toMatch(/repetirlo/);
    expect(fixedPhrases(radiance, 'vi').lostYou).toMatch(/I lost you for a moment/);
  });
});

describe('the greeting', () => {
  it('says whose phone it is and that Ava is an AI, with the consent sentence where there is one', () => {
    expect(fixedPhrases(radiance).greeting).toBe(
      'Thank you for calling Radiance Med Spa. This is Ava, the AI assistant. How can I help you today?',
    );
    expect(fixedPhrases(lumen).greeting).toContain(`AI assistant. ${lumen.consentSentence ?? '-'} How can I help`);
    expect(fixedPhrases(lumen).goodbye).toContain('Lumen Dermatology');
  });

  it('begins in the clinic’s own words, in their language, and discloses whatever they are', () => {
    const clinic = { ...lumen, greeting: 'Hi, this is Laura at Lumen!' };
    expect(fixedPhrases(clinic).greeting).toBe(
      `Hi, this is Laura at Lumen! This is Ava, the AI assistant. ${lumen.consentSentence} How can I help you today?`,
    );
    expect(fixedPhrases(clinic, 'en-GB').greeting).toContain('Laura');
    expect(fixedPhrases(clinic, 'es').greeting).toMatch(
      /^Gracias por llamar a Lumen Dermatology\. Soy Ava, la asistente/,
    );
  });
});
