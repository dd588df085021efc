/** A small actor for tests of the shell: it adds numbers up, tells of each, and can be made to break. */
import { Actor, type DeadlineMessage, type Deadlines, type Transition } from '../../../actors/kernel/actor.ts';
import type { MailboxLimits } from '../../../actors/kernel/mailbox.ts';
import { SimulatedClock } from '../../../actors/kernel/simulated-clock.ts';

export interface TallyState {
  readonly sum: number;
  readonly deadlines: Deadlines;
}

export type TallyMessage =
  | { readonly type: 'add'; readonly n: number }
  /** Two effects in one step. */
  | { readonly type: 'add_twice'; readonly n: number }
  | { readonly type: 'remind'; readonly name: string; readonly at: number }
  | { readonly type: 'forget'; readonly name: string }
  | { readonly type: 'break' };

export type TallyEffect =
  | { readonly kind: 'sum'; readonly sum: number }
  | { readonly kind: 'reminded'; readonly name: string; readonly at: number; readonly left: readonly string[] };

function tallyStep(
  state: TallyState,
  message: TallyMessage | DeadlineMessage,
  now: number,
): Transition<TallyState, TallyEffect> {
  switch (message.type) {
    case 'add': {
      const sum = state.sum + message.n;
      return { state: { ...state, sum }, effects: [{ kind: 'sum', sum }] };
    }
    case 'add_twice': {
      const [once, twice] = [state.sum + message.n, state.sum + 2 * message.n];
      return {
        state: { ...state, sum: twice },
        effects: [
          { kind: 'sum', sum: once },
          { kind: 'sum', sum: twice },
        ],
      };
    }
    case 'remind':
      return { state: { ...state, deadlines: { ...state.deadlines, [message.name]: message.at } }, effects: [] };
    case 'forget': {
      const { [message.name]: _gone, ...deadlines } = state.deadlines;
      return { state: { ...state, deadlines }, effects: [] };
    }
    case 'deadline':
      return {
        state,
        effects: [{ kind: 'reminded', name: message.name, at: now, left: Object.keys(state.deadlines) }],
      };
    case 'break':
      break;
  }
  throw new Error('broken on purpose');
}

export interface TallyOptions {
  readonly clock?: SimulatedClock;
  readonly deadlines?: Deadlines;
  readonly limits?: MailboxLimits;
  readonly droppable?: (message: TallyMessage) => boolean;
  /** Called with each effect after it was kept; may tell the actor more, stop it or throw. */
  readonly onEffect?: (effect: TallyEffect, actor: Actor<TallyState, TallyMessage, TallyEffect>) => void;
}

/** The actor, its clock, and all that it did. */
export function tally(options: TallyOptions = {}) {
  const { clock = new SimulatedClock(1_000), onEffect = () => {}, deadlines = {} } = options;
  const effects: TallyEffect[] = [];
  const crashes: unknown[] = [];
  const actor: Actor<TallyState, TallyMessage, TallyEffect> = new Actor<TallyState, TallyMessage, TallyEffect>({
    state: { sum: 0, deadlines },
    step: tallyStep,
    perform: (effect) => {
      effects.push(effect);
      onEffect(effect, actor);
    },
    clock,
    onCrash: (error) => crashes.push(error),
    ...(options.limits && { limits: options.limits }),
    ...(options.droppable && { droppable: options.droppable }),
  });
  return { actor, clock, effects, crashes };
}

export const add = (n: number): TallyMessage => ({ type: 'add', n });
export const remind = (name: string, at: number): TallyMessage => ({ type: 'remind', name, at });
