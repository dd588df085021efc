/**
 * What a step came to, in a line: a name and a digest for each effect and each changed part of the state. Enough to see
 * where another run of the step differs, and nothing that would have to be kept twice.
 */
import { digestOf, digestOfPart } from '../kernel/digest.ts';
import type { CallEffect, CallTransition } from './effects.ts';
import type { CallState } from './state.ts';

export interface StepTrace {
  readonly effects: string;
  readonly changed: string;
}

/** Of a step that threw. */
export const THREW: StepTrace = { effects: 'threw', changed: '' };

export function traceOf(before: CallState, { state, effects }: CallTransition): StepTrace {
  return {
    effects: effects.map((effect) => `${effectName(effect)}~${digestOf(withoutAudio(effect))}`).join(' '),
    changed: state === before ? '' : changes(before, state),
  };
}

/** What it is, without what it is about: fit to be read in a row of others. */
export function effectName(effect: CallEffect): string {
  switch (effect.kind) {
    case 'tell_phone':
      return `${effect.kind}.${effect.message.type}`;
    case 'tell_model':
      return `${effect.kind}.${effect.order.type}`;
    case 'record':
      return `${effect.kind}.${effect.entry.kind}`;
    case 'event':
      return `${effect.kind}.${effect.name}`;
    case 'finished':
      return `${effect.kind}.${effect.next}`;
    case 'run_tool':
    case 'hold':
    case 'release':
    case 'away':
      return effect.kind;
  }
}

/** How a phrase sounds is no decision of the call's. */
export function withoutAudio(effect: CallEffect): CallEffect {
  if (effect.kind !== 'tell_phone' || effect.message.type !== 'speech') return effect;
  return { ...effect, message: { ...effect.message, payload: '' } };
}

/** A part that was made anew with the same in it has not changed; a state that was kept outside has its parts in another order. */
function changes<State extends object>(before: State, after: State): string {
  const pieces: string[] = [];
  for (const name in after) {
    const [was, part] = [before[name], after[name]];
    if (part === was) continue;
    const digest = digestOfPart(part);
    if (digest !== digestOfPart(was)) pieces.push(`${name}~${digest}`);
  }
  return pieces.sort().join(' ');
}
