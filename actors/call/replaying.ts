/**
 * A recorded call folded again by the step as it is now (recording.ts): the same messages at the same times, with the
 * same phrases at hand, compared with what came of them then.
 */
import type { Instant } from '../../src/domain/clinic.ts';
import { type DeadlineMessage, withoutDeadline } from '../kernel/actor.ts';
import type { CallEffect } from './effects.ts';
import type { CallFacts, CallMessage } from './messages.ts';
import { type CallStep, phraseKey } from './recording.ts';
import type { CallState } from './state.ts';
import { callStep } from './step.ts';
import { type StepTrace, THREW, traceOf } from './trace.ts';

/** A fold as it is read back. */
export interface RecordedFold extends StepTrace {
  readonly n: number;
  readonly at: Instant;
  readonly message: CallMessage | DeadlineMessage;
  /** By `phraseKey`: how long it sounds, ms; null where it was not at hand. */
  readonly phrases: Readonly<Record<string, number | null>>;
}

/** What the folds of one owner begin from. */
export interface Beginning {
  readonly facts: Omit<CallFacts, 'rendered'>;
  readonly state: CallState;
}

export interface ReplayedStep {
  readonly recorded: RecordedFold;
  readonly trace: StepTrace;
  readonly isSame: boolean;
  readonly effects: readonly CallEffect[];
  /** After it; as it was before where it threw. */
  readonly state: CallState;
  /** What it threw; undefined where it did not. */
  readonly error?: unknown;
}

/** Step by step, to the end or to the first difference: what follows one is compared with nothing. */
export function* replayed(
  { facts, state: begun }: Beginning,
  folds: Iterable<RecordedFold>,
  stepOf: (facts: CallFacts) => CallStep = callStep,
): Generator<ReplayedStep, void> {
  let phrases: RecordedFold['phrases'] = {};
  const step = stepOf({
    ...facts,
    rendered(language, sentence) {
      const ms = phrases[phraseKey(language, sentence)] ?? null;
      return ms === null ? undefined : { ms, payload: '' };
    },
  });
  let state = begun;
  for (const recorded of folds) {
    phrases = recorded.phrases;
    const taken = foldedAgain(step, state, recorded);
    yield taken;
    if (!taken.isSame) return;
    state = taken.state;
  }
}

function foldedAgain(step: CallStep, state: CallState, recorded: RecordedFold): ReplayedStep {
  const { message, at } = recorded;
  const before = message.type === 'deadline' ? withoutDeadline(state, message.name) : state;
  try {
    const next = step(before, message, at);
    const trace = traceOf(before, next);
    return { recorded, trace, isSame: isSame(trace, recorded), ...next };
  } catch (error) {
    return { recorded, trace: THREW, isSame: isSame(THREW, recorded), effects: [], state, error };
  }
}

function isSame(one: StepTrace, other: StepTrace): boolean {
  return one.effects === other.effects && one.changed === other.changed;
}
