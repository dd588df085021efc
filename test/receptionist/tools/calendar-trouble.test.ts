import { describe, expect, it } from 'vitest';
import { CalendarTrouble, type CalendarTroubleKind } from '../../../src/domain/calendar.ts';
import { outcomeSoFar } from '../../../src/domain/dealings.ts';
import { type Desk, openDesk } from '../desk.ts';

const WISH = { service: 'Botox', when: 'tomorrow at 2 PM' };

function deskBesideCalendar(kind: CalendarTroubleKind, status = 0): Desk {
  const trouble = new CalendarTrouble(kind, { status });
  return openDesk({ faults: () => ({ busy: () => Promise.reject(trouble) }) });
}

describe('a calendar that can not be read', () => {
  it.each([
    ['calendar_gone', 404, 404, /trouble accessing the calendar.*staff/],
    ['credentials', 400, 401, /trouble accessing the calendar.*take your information.*call you back/],
    ['busy', 429, 429, /high demand.*in a moment/],
    ['busy', 403, 403, /high demand/],
    ['unavailable', 502, 502, /temporarily unavailable.*call you back/],
    ['unavailable', 0, 503, /temporarily unavailable/],
    ['timeout', 0, 504, /temporarily unavailable/],
    ['refused', 400, 400, /trouble checking.*receptionist/],
  ] as const)('is told by cause: %s, %i', async (kind, status, code, sentence) => {
    const desk = deskBesideCalendar(kind, status);
    expect(await desk.refused('check_availability', WISH)).toEqual({
      success: false,
      error: 'calendar_unavailable',
      error_code: code,
      user_message: expect.stringMatching(sentence),
    });
    expect(desk.breakages).toMatchObject([{ tool: 'check_availability', error: { name: 'CalendarTrouble', kind } }]);
  });

  it('leaves the caller unserved, until somebody is to call them back', async () => {
    const desk = deskBesideCalendar('credentials');
    await desk.refused('check_availability', WISH);
    expect(outcomeSoFar(desk.dealings(), 2, false)).toBe('failed');
    await desk.use('take_message', { customer_name: 'Jordan Lee', message: 'Please call back about Botox.' });
    expect(outcomeSoFar(desk.dealings(), 4, false)).toBe('escalated');
  });
});
