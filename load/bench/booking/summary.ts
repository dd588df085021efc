/** What is told of the load and of the races, and which of it must be so. */
import { medianOf } from '../figures/interval.ts';
import { spreadOf } from '../figures/percentiles.ts';
import type { Figure } from '../figures/table.ts';
import type { Latencies } from './mixed-load.ts';
import type { BookingOptions } from './options.ts';
import { type ProcessorTime, toldTime } from './processor.ts';
import type { RaceResult } from './race.ts';

const CHECK_GOAL_MS = 15;
const BOOKING_GOAL_MS = 25;
const LOSER_GOAL_MS = 300;

export function toldPart(part: Latencies, cost: ProcessorTime): string {
  const { checks, bookings, inVain } = part;
  const time = toldTime(cost, checks.length + bookings.length);
  return `${toldSpread('checks', checks)}; ${toldSpread('bookings', bookings)}; ${inVain} in vain; ${time}`;
}

function toldSpread(name: string, latencies: readonly number[]): string {
  const { count, p50, p99, max } = spreadOf(latencies);
  return `${count} ${name}, p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, slowest ${max.toFixed(1)} ms`;
}

export function toldRound({ winners, overlaps, losersMs }: RaceResult, cost: ProcessorTime): string {
  const { count, p50, p99 } = spreadOf(losersMs);
  const time = toldTime(cost, winners + count);
  return `${winners} winners, ${overlaps} overlaps; losers p50 ${p50.toFixed(0)}, p99 ${p99.toFixed(0)} ms; ${time}`;
}

/** The middle part's: the machine has other work at times, and one part that was disturbed is no figure. */
export function loadFigures(parts: readonly Latencies[], { rate, seconds }: BookingOptions): Figure[] {
  const note = `${rate}/s mixed, from when each was due; ${parts.length} parts of ${seconds} s, the middle one`;
  const of = (name: string, latencies: (part: Latencies) => readonly number[], goal: number): Figure[] => {
    const spreads = parts.map((part) => spreadOf(latencies(part)));
    return [
      { name: `${name}, p50`, value: medianOf(spreads.map(({ p50 }) => p50)), unit: 'ms', note },
      { name: `${name}, p99`, value: medianOf(spreads.map(({ p99 }) => p99)), unit: 'ms', goal },
    ];
  };
  return [
    ...of('check_availability', ({ checks }) => checks, CHECK_GOAL_MS),
    ...of('book_appointment', ({ bookings }) => bookings, BOOKING_GOAL_MS),
  ];
}

/** Of all rounds together; from the attempt, that all make in the same moment, to the answer. */
export function raceFigures(rounds: readonly RaceResult[], { racers, slots }: BookingOptions): Figure[] {
  const losers = spreadOf(rounds.flatMap(({ losersMs }) => losersMs));
  const winners = spreadOf(rounds.flatMap(({ winnersMs }) => winnersMs));
  const note = `${rounds.length} rounds, ${racers} callers for ${slots} times at once`;
  return [
    { name: 'race, winner booked, p99', value: winners.p99, unit: 'ms', note },
    { name: 'race, loser with fresh times, p50', value: losers.p50, unit: 'ms' },
    { name: 'race, loser with fresh times, p99', value: losers.p99, unit: 'ms', goal: LOSER_GOAL_MS },
  ];
}

/** What of a round must not be. */
export function raceFaults({ winners, inTheBook, overlaps, emptyHanded }: RaceResult, slots: number): string[] {
  return [
    ...(winners === slots ? [] : [`${winners} winners`]),
    ...(inTheBook === slots ? [] : [`${inTheBook} appointments in the book`]),
    ...(overlaps === 0 ? [] : [`${overlaps} overlaps`]),
    ...(emptyHanded === 0 ? [] : [`${emptyHanded} losers without other times`]),
  ];
}
