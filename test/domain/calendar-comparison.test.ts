import { describe, expect, it } from 'vitest';
import { compare, type ListedEvent } from '../../src/domain/calendar-comparison.ts';
import { type EventPlace, eventIdOf, type WantedEvent } from '../../src/domain/calendar-writing.ts';

const MINE = '7ad1a9ce-0000-4000-8000-00000000000a';
const NINE = 1_764_000_000_000;
const HOUR_MS = 3_600_000;

function wanted(version: number, calendarId = 'priya'): WantedEvent {
  const text = { summary: '', description: '', timeZone: 'America/New_York' };
  return { calendarId, event: { appointmentId: MINE, version, startsAt: NINE, endsAt: NINE + HOUR_MS, ...text } };
}

function place(state: EventPlace['state'], changes: Partial<EventPlace> = {}): EventPlace {
  return { calendarId: 'priya', generation: 0, state, byHand: null, version: 1, since: NINE, ...changes };
}

interface Listing {
  readonly version?: number;
  readonly generation?: number;
  readonly calendarId?: string;
  readonly startsAt?: number;
}

function listed({ version = 1, generation = 0, calendarId = 'priya', startsAt = NINE }: Listing = {}): ListedEvent {
  const event = {
    eventId: eventIdOf(MINE, generation),
    etag: '"1"',
    cancelled: false,
    ours: { appointmentId: MINE, version },
    startsAt,
    endsAt: startsAt + HOUR_MS,
    summary: '',
    description: '',
  };
  return { calendarId, event };
}

describe('a calendar compared with the book', () => {
  const movedByHand = listed({ startsAt: 0 });
  const [one, stale, another, elsewhere] = [
    listed(),
    listed({ version: 0 }),
    listed({ generation: 1 }),
    listed({ calendarId: 'maya' }),
  ];
  it.each<[string, WantedEvent | null, EventPlace | null, ListedEvent[], ListedEvent[], boolean]>([
    ['has what it should', wanted(1), place('shown'), [one], [], false],
    ['has nothing, and should not', null, place('gone'), [], [], false],
    ['was never to have anything', null, null, [], [], false],
    ['lacks it', wanted(1), place('shown'), [], [], true],
    ['has never got it', wanted(1), null, [], [], true],
    ['has an older one', wanted(2), place('shown', { version: 2 }), [one], [], true],
    ['was not told of a change', wanted(2), place('shown'), [one], [], true],
    ['has it at another time', wanted(1), place('shown'), [movedByHand], [], true],
    ['has one that was given up', wanted(1), place('writing'), [one], [], true],
    ['has one that was cancelled', null, place('shown'), [one], [], true],
    ['has one that was cancelled and removed before', null, place('gone'), [one], [one], false],
    ['has its id twice', wanted(1), place('shown'), [stale, one], [stale], false],
    ['has one under another id too', wanted(1), place('shown'), [one, another], [another], false],
    ['has one in a calendar that it left', wanted(1), place('shown'), [elsewhere, one], [elsewhere], false],
    ['is another provider’s by now', wanted(1, 'maya'), place('shown'), [one], [], true],
    ['lacks what a human removed', wanted(1), place('gone', { byHand: 'removed' }), [], [], false],
    ['lacks what a human removed, changed since', wanted(2), place('gone', { byHand: 'removed' }), [], [], true],
    ['has what a human moved', wanted(1), place('shown', { byHand: 'moved' }), [movedByHand], [], false],
  ])('%s', (_, want, noted, has, extras, differs) => {
    const found = compare({ appointmentId: MINE, wanted: want, place: noted, listed: has });
    expect(found).toEqual({ extras, differs });
  });
});
