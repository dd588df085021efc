import { describe, expect, it } from 'vitest';
import { isoWithOffset } from '../../src/domain/clinic-time.ts';
import { type NoticedAppointment, type NoticeKind, noticesDue, remindersOf } from '../../src/domain/notices.ts';

const HOUR_MS = 3_600_000;
const at = (iso: string): number => Date.parse(iso);
const NEVER_QUIET = { from: '00:00', until: '00:00' };
const NIGHT = { from: '21:00', until: '08:00' };

/** Booked long ago in New York, never quiet. */
function appointmentOf(startsAt: string, changes: Partial<NoticedAppointment> = {}): NoticedAppointment {
  return {
    status: 'confirmed',
    version: 1,
    bookedInThread: false,
    startsAt: at(startsAt),
    changedAt: 0,
    timeZone: 'America/New_York',
    quiet: NEVER_QUIET,
    ...changes,
  };
}

const times = (appointment: NoticedAppointment): string[] =>
  remindersOf(appointment).map((reminder) => isoWithOffset(reminder.at, appointment.timeZone));

describe('reminders over a change of the clocks', () => {
  it.each([
    [
      'New York, any day',
      'America/New_York',
      '2026-06-10T14:00:00-04:00',
      '2026-06-09T14:00:00-04:00',
      '2026-06-10T12:00:00-04:00',
    ],
    // 23 hours before.
    [
      'New York, the clock springs',
      'America/New_York',
      '2026-03-08T14:00:00-04:00',
      '2026-03-07T14:00:00-05:00',
      '2026-03-08T12:00:00-04:00',
    ],
    // Two hours before is one o'clock.
    [
      'New York, within the night that is an hour short',
      'America/New_York',
      '2026-03-08T04:00:00-04:00',
      '2026-03-07T04:00:00-05:00',
      '2026-03-08T01:00:00-05:00',
    ],
    // There was no half past two.
    [
      'New York, the day after the gap',
      'America/New_York',
      '2026-03-09T02:30:00-04:00',
      '2026-03-08T03:00:00-04:00',
      '2026-03-09T00:30:00-04:00',
    ],
    // 25 hours before.
    [
      'New York, the clock falls',
      'America/New_York',
      '2026-11-01T14:00:00-05:00',
      '2026-10-31T14:00:00-04:00',
      '2026-11-01T12:00:00-05:00',
    ],
    // The first of the two half past ones.
    [
      'New York, the day after the doubled hour',
      'America/New_York',
      '2026-11-02T01:30:00-05:00',
      '2026-11-01T01:30:00-04:00',
      '2026-11-01T23:30:00-05:00',
    ],
    [
      'Berlin, the clock springs',
      'Europe/Berlin',
      '2026-03-29T09:00:00+02:00',
      '2026-03-28T09:00:00+01:00',
      '2026-03-29T07:00:00+02:00',
    ],
    [
      'Berlin, within the short night',
      'Europe/Berlin',
      '2026-03-29T04:00:00+02:00',
      '2026-03-28T04:00:00+01:00',
      '2026-03-29T01:00:00+01:00',
    ],
    [
      'Berlin, the clock falls',
      'Europe/Berlin',
      '2026-10-25T09:00:00+01:00',
      '2026-10-24T09:00:00+02:00',
      '2026-10-25T07:00:00+01:00',
    ],
    // By half an hour.
    [
      'Lord Howe, the clock springs',
      'Australia/Lord_Howe',
      '2026-10-04T10:00:00+11:00',
      '2026-10-03T10:00:00+10:30',
      '2026-10-04T08:00:00+11:00',
    ],
    [
      'Lord Howe, within the short night',
      'Australia/Lord_Howe',
      '2026-10-04T03:00:00+11:00',
      '2026-10-03T03:00:00+10:30',
      '2026-10-04T00:30:00+10:30',
    ],
    [
      'Lord Howe, the clock falls',
      'Australia/Lord_Howe',
      '2026-04-05T10:00:00+10:30',
      '2026-04-04T10:00:00+11:00',
      '2026-04-05T08:00:00+10:30',
    ],
  ])('%s', (_, timeZone, startsAt, day, soon) => {
    expect(times(appointmentOf(startsAt, { timeZone }))).toEqual([day, soon]);
  });
});

describe('reminders and quiet hours', () => {
  it.each([
    ['both outside', '2026-06-10T14:00:00-04:00', '2026-06-09T14:00:00-04:00', '2026-06-10T12:00:00-04:00'],
    [
      'two hours before, just when they end',
      '2026-06-10T10:00:00-04:00',
      '2026-06-09T10:00:00-04:00',
      '2026-06-10T08:00:00-04:00',
    ],
    ['an hour before is enough', '2026-06-10T09:00:00-04:00', '2026-06-09T09:00:00-04:00', '2026-06-10T08:00:00-04:00'],
    [
      'less is not: the evening before',
      '2026-06-10T08:30:00-04:00',
      '2026-06-09T08:30:00-04:00',
      '2026-06-09T20:45:00-04:00',
    ],
    ['both before they end', '2026-06-10T07:30:00-04:00', '2026-06-09T08:00:00-04:00', '2026-06-09T20:45:00-04:00'],
    ['late in the evening', '2026-06-10T22:00:00-04:00', '2026-06-10T08:00:00-04:00', '2026-06-10T20:00:00-04:00'],
    [
      'over a change of the clocks',
      '2026-03-08T08:30:00-04:00',
      '2026-03-07T08:30:00-05:00',
      '2026-03-07T20:45:00-05:00',
    ],
  ])('%s', (_, startsAt, day, soon) => {
    expect(times(appointmentOf(startsAt, { quiet: NIGHT }))).toEqual([day, soon]);
  });

  it('may be in the middle of a day', () => {
    const quiet = { from: '12:00', until: '14:00' };
    expect(times(appointmentOf('2026-06-10T15:00:00-04:00', { quiet }))).toEqual([
      '2026-06-09T15:00:00-04:00',
      '2026-06-10T14:00:00-04:00',
    ]);
  });
});

const start = '2026-06-10T14:00:00-04:00';
const changedAt = (hoursBefore: number) => ({ changedAt: at(start) - hoursBefore * HOUR_MS });

const due = (changes: Partial<NoticedAppointment>, hoursBefore: number, ...told: NoticeKind[]) => {
  const appointment = appointmentOf(start, changes);
  const { send, lookAgainAt } = noticesDue(appointment, new Set(told), appointment.startsAt - hoursBefore * HOUR_MS);
  const again = lookAgainAt === null ? null : (appointment.startsAt - lookAgainAt) / HOUR_MS;
  return [send.map(({ kind }) => kind), again];
};

describe('what a customer is told', () => {
  it.each([
    ['news of a booking', {}, 100, [], [['booked'], 24]],
    ['no news of what they read when they booked it', { bookedInThread: true }, 100, [], [[], 24]],
    ['news of its move', { bookedInThread: true, version: 2 }, 100, [], [['rescheduled'], 24]],
    ['news of a move', { version: 2 }, 100, [], [['rescheduled'], 24]],
    ['news of a cancellation, and no more', { status: 'cancelled', version: 2 }, 100, [], [['cancelled'], null]],
    ['nothing twice', {}, 100, ['booked'], [[], 24]],
    ['the cancellation once', { status: 'cancelled' }, 100, ['cancelled'], [[], null]],
    ['the day before', {}, 24, ['booked'], [['reminder_day'], 2]],
    ['the day before, late', {}, 5, ['booked'], [['reminder_day'], 2]],
    ['two hours before', {}, 2, ['booked', 'reminder_day'], [['reminder_soon'], null]],
    ['one reminder, where both are late', {}, 1, ['booked'], [['reminder_soon'], null]],
    ['nothing at the last moment', {}, 0.25, ['booked'], [[], null]],
    ['nothing of what is over', {}, 0, [], [[], null]],
    ['nothing of what was done', { status: 'completed' }, 1, [], [[], null]],
  ] as const)('%s', (_, changes, hoursBefore, told, expected) => {
    expect(due(changes, hoursBefore, ...told)).toEqual(expected);
  });

  it('is no reminder that the news makes needless', () => {
    expect(due(changedAt(24.9), 24.9)).toEqual([['booked'], 2]);
    expect(due(changedAt(25.1), 25.1)).toEqual([['booked'], 24]);
    expect(due(changedAt(2.5), 2.5)).toEqual([['booked'], null]);
    expect(due(changedAt(1), 1)).toEqual([['booked'], null]);
    expect(due({ ...changedAt(1.5), version: 2 }, 1.5)).toEqual([['rescheduled'], null]);
  });

  it('waits where it is late and quiet by now, and is left out where that would be too late', () => {
    const quiet = { from: '09:30', until: '11:30' };
    expect(due({ quiet }, 3, 'booked')).toEqual([[], 2.5]);
    expect(due({ quiet: { from: '12:30', until: '13:50' } }, 1, 'booked', 'reminder_day')).toEqual([[], null]);
  });
});
