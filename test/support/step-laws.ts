/**
 * What every actor's step must hold to, checked over random histories: it never throws; it changes nothing in place;
 * the same state, message and time give the same transition; a state that went through JSON goes on as if it had not;
 * deadlines are times; and the state stays small. A failure is shrunk, and prints the seed and path to repeat it with
 * (`SEED=…`).
 */
import * as fc from 'fast-check';
import {
  type DeadlineMessage,
  type Deadlines,
  type Step,
  type Timed,
  withoutDeadline,
} from '../../actors/kernel/actor.ts';
import { SEED } from './seed.ts';
import { deepFreeze, NOW } from './step-bench.ts';

/** One thing that happens: a message comes, or time passes (with the deadlines that fall due). */
export type Moment<M> = { readonly message: M } | { readonly waitMs: number };

export interface Lawful<S extends Timed, M, E> {
  readonly step: Step<S, M | DeadlineMessage, E>;
  readonly initial: S;
  readonly messages: fc.Arbitrary<M>;
  readonly longestBytes: number;
  /** The part of the state that the limit is for; all of it where not given. */
  readonly weighed?: (state: S) => unknown;
  readonly runs: number;
}

/** Random messages and waits: mostly short ones, so that much happens at once, and now and then a long one. */
function moments<M>(messages: fc.Arbitrary<M>, longest: number): fc.Arbitrary<Moment<M>[]> {
  const wait = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 400 }) },
    { weight: 1, arbitrary: fc.double({ min: 0, max: 40_000, noNaN: true }) },
  );
  const moment = fc.oneof(
    { weight: 4, arbitrary: fc.record({ message: messages }) },
    { weight: 1, arbitrary: fc.record({ waitMs: wait }) },
  );
  return fc.array(moment, { maxLength: longest, size: 'max' });
}

/** A history under which the step breaks a law, shrunk; empty where none was found. */
export function lawbreaking<S extends Timed, M, E>(lawful: Lawful<S, M, E>): string {
  return counterexample(lawful.messages, lawful.runs, (history) => liveThrough(lawful, history));
}

/** A random history in which `live` throws, shrunk, with what to repeat it by; empty where none was found. */
export function counterexample<M>(
  messages: fc.Arbitrary<M>,
  runs: number,
  live: (history: readonly Moment<M>[]) => void,
): string {
  const property = fc.property(moments(messages, 250), (history) => live(history));
  const result = fc.check(property, { seed: SEED, numRuns: runs });
  return result.failed ? `${String(result.errorInstance)}\n${fc.defaultReportMessage(result)}` : '';
}

/** Fails the history under way. */
export function must(what: string, holds: boolean): void {
  if (!holds) throw new Error(`broken: ${what}`);
}

/** Steps through a history twice side by side, once with a state that goes through JSON each time. */
function liveThrough<S extends Timed, M, E>(lawful: Lawful<S, M, E>, history: readonly Moment<M>[]): void {
  let state = deepFreeze(lawful.initial);
  let now = NOW;
  const take = (message: M | DeadlineMessage): void => {
    const before = JSON.stringify(state);
    const next = lawful.step(state, deepFreeze(message), now);
    const twin = lawful.step(copy(state), copy(message), now);
    must('the copy goes on as the state', JSON.stringify(twin) === JSON.stringify(next));
    must('the state before is left as it was', JSON.stringify(state) === before);
    state = deepFreeze(next.state);
    mustBeTimes(state.deadlines);
    const bytes = JSON.stringify(lawful.weighed?.(state) ?? state).length;
    must(`the state is small (${bytes} bytes)`, bytes < lawful.longestBytes);
  };
  for (const moment of history) {
    if ('message' in moment) {
      take(moment.message);
      continue;
    }
    const until = now + moment.waitMs;
    for (let due = dueBy(state, until); due !== undefined; due = dueBy(state, until)) {
      now = Math.max(now, due.at);
      state = deepFreeze(withoutDeadline(state, due.name));
      take({ type: 'deadline', name: due.name });
    }
    now = until;
  }
}

function dueBy(state: Timed, until: number): { readonly name: string; readonly at: number } | undefined {
  const due = Object.entries(state.deadlines).filter(([, at]) => at <= until);
  const [first] = due.sort(([, a], [, b]) => a - b);
  return first && { name: first[0], at: first[1] };
}

function mustBeTimes(deadlines: Deadlines): void {
  for (const [name, at] of Object.entries(deadlines)) must(`deadline ${name} is a time`, Number.isFinite(at));
}

/** As a checkpoint is written and read. */
function copy<T>(value: T): T {
  const parsed: T = JSON.parse(JSON.stringify(value));
  return parsed;
}
