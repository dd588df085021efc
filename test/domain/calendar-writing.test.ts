import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/domain/calendar.ts';
import {
  aim,
  type EventPlace,
  eventIdOf,
  nextStep,
  type WantedEvent,
  type WritingStep,
} from '../../src/domain/calendar-writing.ts';

const NOW = 1_764_000_000_000;
const HOUR_MS = 3_600_000;
const MINE = '7ad1a9ce-0000-4000-8000-00000000000a';
const NINE = NOW + 24 * HOUR_MS;

function wanted(version: number, calendarId = 'priya'): WantedEvent {
  const text = { summary: 'Botox: Ada Quinn', description: '', timeZone: 'America/New_York' };
  const event = { appointmentId: MINE, version, startsAt: NINE, endsAt: NINE + HOUR_MS, ...text };
  return { calendarId, event };
}

function place(state: EventPlace['state'], changes: Partial<EventPlace> = {}): EventPlace {
  const version = state === 'writing' ? null : 1;
  return { calendarId: 'priya', generation: 0, state, byHand: null, version, since: NOW - HOUR_MS, ...changes };
}

function found(version: number, changes: Partial<StoredEvent> = {}): StoredEvent {
  const ours = { appointmentId: MINE, version };
  const text = { summary: '', description: '' };
  const at = { startsAt: NINE, endsAt: NINE + HOUR_MS };
  return { eventId: eventIdOf(MINE, 0), etag: '"7"', cancelled: false, ours, ...at, ...text, ...changes };
}

it('an event’s id is of Google’s alphabet, and another for each generation', () => {
  expect(eventIdOf(MINE, 0)).toBe('ava7ad1a9ce00004000800000000000000ag0');
  expect(eventIdOf(MINE, 12)).toMatch(/^[a-v0-9]{5,1024}$/);
  expect(eventIdOf(MINE, 1)).not.toBe(eventIdOf(MINE, 0));
});

describe('where a writer looks first', () => {
  const fresh = { state: 'writing', byHand: null, version: null, since: NOW } as const;
  it.each<[string, WantedEvent | null, EventPlace | null, EventPlace | null]>([
    ['a new appointment: in its calendar', wanted(1), null, { calendarId: 'priya', generation: 0, ...fresh }],
    ['one whose provider has no calendar: nowhere', null, null, null],
    ['one that is shown: where it is', wanted(2), place('shown'), place('shown')],
    ['one that was cancelled: where it is', null, place('shown'), place('shown')],
    ['one that was cancelled and removed: nowhere', null, place('gone'), null],
    ['one for another calendar: where it is to leave', wanted(2, 'maya'), place('shown'), place('leaving')],
    [
      'one for another calendar that has left: there, under an id of its own',
      wanted(2, 'maya'),
      place('gone'),
      { calendarId: 'maya', generation: 1, ...fresh },
    ],
    ['one that is moved back while it leaves: it leaves first', wanted(3), place('leaving'), place('leaving')],
    [
      'one that was never seen: where it may be, from now on',
      wanted(1),
      place('writing'),
      place('writing', { since: NOW }),
    ],
    ['one that was cancelled before it was seen: where it may be', null, place('writing'), place('writing')],
    ['one that a human removed: nowhere', wanted(1), place('gone', { byHand: 'removed' }), null],
    [
      'one that a human removed, and that was moved since: in its calendar anew',
      wanted(2),
      place('gone', { byHand: 'removed' }),
      { calendarId: 'priya', generation: 1, ...fresh },
    ],
  ])('%s', (_, want, noted, expected) => {
    expect(aim(want, noted, NOW)).toEqual(expected);
  });
});

describe('what a writer does next', () => {
  const settled = (changes: Partial<EventPlace>, more = false): WritingStep => ({
    kind: 'settle',
    place: place('shown', { since: NOW, ...changes }),
    more,
  });
  const anew = { kind: 'note', place: place('writing', { generation: 1, since: NOW }) } as const;
  const theirs = { appointmentId: 'somebody else’s', version: 1 };

  it.each<[string, WantedEvent | null, EventPlace, StoredEvent | null, WritingStep]>([
    ['nothing is there: insert', wanted(1), place('writing'), null, { kind: 'insert' }],
    ['nothing is there any more: insert', wanted(1), place('shown'), null, { kind: 'insert' }],
    ['an older one: replace', wanted(2), place('shown'), found(1), { kind: 'replace', etag: '"7"' }],
    [
      'a later one, the book is a backup: replace',
      wanted(1),
      place('shown'),
      found(2),
      { kind: 'replace', etag: '"7"' },
    ],
    ['the same: nothing', wanted(1), place('shown'), found(1), settled({})],
    [
      'the same, as the calendar keeps time: nothing',
      { ...wanted(1), event: { ...wanted(1).event, startsAt: NINE + 144 } },
      place('shown'),
      found(1),
      settled({}),
    ],
    ['the same, from a writer that died: nothing', wanted(1), place('writing'), found(1), settled({})],
    [
      'the same, moved by hand: noted',
      wanted(1),
      place('shown'),
      found(1, { startsAt: NINE - HOUR_MS, endsAt: NINE }),
      settled({ byHand: 'moved' }),
    ],
    [
      'an older one, moved by hand: replace',
      wanted(2),
      place('shown', { byHand: 'moved' }),
      found(1, { startsAt: NINE - HOUR_MS }),
      { kind: 'replace', etag: '"7"' },
    ],
    [
      'removed by hand: noted',
      wanted(1),
      place('shown'),
      found(1, { cancelled: true }),
      settled({ state: 'gone', byHand: 'removed' }),
    ],
    ['removed by hand, but changed since: another', wanted(2), place('shown'), found(1, { cancelled: true }), anew],
    ['its id is burnt: another', wanted(1), place('writing'), found(1, { cancelled: true }), anew],
    ['its id is somebody else’s: another', wanted(1), place('writing'), found(1, { ours: theirs }), anew],
    ['its id is a stranger’s: another', wanted(1), place('writing'), found(1, { ours: null }), anew],
    ['cancelled, and there: remove', null, place('shown'), found(1), { kind: 'remove', etag: '"7"' }],
    [
      'cancelled, and removed: nothing',
      null,
      place('shown'),
      found(1, { cancelled: true }),
      settled({ state: 'gone' }),
    ],
    ['cancelled, and never there: nothing', null, place('shown'), null, settled({ state: 'gone' })],
    [
      'cancelled, and somebody else’s: not touched',
      null,
      place('shown'),
      found(1, { ours: null }),
      settled({ state: 'gone' }),
    ],
    [
      'cancelled, and a write may still arrive: look again',
      null,
      place('writing', { since: NOW - 10_000 }),
      null,
      { kind: 'look_again', afterMs: 5_000 },
    ],
    [
      'cancelled, and no write can still arrive: nothing',
      null,
      place('writing'),
      null,
      settled({ state: 'gone', version: null }),
    ],
    [
      'to leave for another calendar: remove',
      wanted(2, 'maya'),
      place('leaving'),
      found(1),
      { kind: 'remove', etag: '"7"' },
    ],
    [
      'has left for another calendar: there next',
      wanted(2, 'maya'),
      place('leaving'),
      found(1, { cancelled: true }),
      settled({ state: 'gone' }, true),
    ],
  ])('%s', (_, want, noted, has, expected) => {
    expect(nextStep({ appointmentId: MINE, wanted: want, place: noted, found: has, now: NOW })).toEqual(expected);
  });
});
