import { describe, expect, it } from 'vitest';
import { type NoticeFacts, noticeText, type TextKind } from '../../src/domain/notice-texts.ts';
import { NOTICE_KINDS } from '../../src/domain/notices.ts';
import { textLength } from '../../src/domain/text-length.ts';

const FACTS: NoticeFacts = {
  clinicName: 'Radiance Med Spa',
  timeZone: 'America/New_York',
  language: 'en-US',
  templates: [],
  service: 'Laser hair removal',
  provider: 'Dr. Elena Ruiz',
  startsAt: Date.parse('2026-11-24T14:00:00-05:00'),
};
const KINDS: readonly TextKind[] = [...NOTICE_KINDS, 'waitlist_offer'];

it('a text names the clinic, the moment by its clock, and how to have no more', () => {
  expect(noticeText('booked', FACTS)).toBe(
    'Radiance Med Spa: You are booked for Laser hair removal with Dr. Elena Ruiz, Tue, Nov 24, 2:00 PM. ' +
      'Reply C to confirm or R to reschedule. STOP ends texts.',
  );
});

describe.each(['en-US', 'en-GB', 'es-US', 'fr-FR', 'de-DE', 'it-IT'])('in %s', (language) => {
  it.each(KINDS)('%s is in the network’s own alphabet, in two segments at most, with everything filled in', (kind) => {
    const text = noticeText(kind, { ...FACTS, language });
    expect(textLength(text)).toMatchObject({ alphabet: 'gsm7' });
    expect(textLength(text).segments).toBeLessThanOrEqual(2);
    expect(text).not.toMatch(/[{}]/);
    expect(text).toContain('Radiance Med Spa');
    expect(text).toMatch(/\bSTOP\b/);
    expect(text).not.toMatch(/\b(CANCEL|END|QUIT|UNSUBSCRIBE|START|UNSTOP|HELP)\b/);
  });
});

it('a clinic’s own words stand in place of the built-in ones, in their language', () => {
  const templates = [
    { language: 'es', kind: 'reminder_day', text: 'Le esperamos en {clinic}, {when}. {other}' },
    { language: 'en', kind: 'reminder_day', text: 'See you {when} for {service}.' },
    { language: 'en-GB', kind: 'reminder_day', text: 'Do come: {provider}. STOP to stop.' },
  ] as const;
  const text = (language: string, kind: TextKind = 'reminder_day') =>
    noticeText(kind, { ...FACTS, language, templates, service: '{provider}' });
  expect(text('en-US')).toBe('Radiance Med Spa: See you Tue, Nov 24, 2:00 PM for {provider}. STOP ends texts.');
  expect(text('en-GB')).toBe('Radiance Med Spa: Do come: Dr. Elena Ruiz. STOP to stop.');
  expect(text('es-US')).toMatch(
    /^Le esperamos en Radiance Med Spa, mar, 24 .*nov, .*\{other\} STOP: no recibir mensajes\.$/,
  );
  expect(text('en-US', 'cancelled')).toContain('is cancelled.');
});

it('every month and weekday is in the network’s own alphabet', () => {
  const startsAt = Array.from({ length: 12 }, (_, month) => Date.UTC(2026, month, 1 + month, 20));
  const texts = ['en-US', 'es-US', 'fr-FR', 'de-DE'].flatMap((language) =>
    startsAt.map((each) => noticeText('booked', { ...FACTS, language, startsAt: each })),
  );
  expect(texts.filter((text) => textLength(text).alphabet !== 'gsm7')).toEqual([]);
});
