/** What a call wants done: data, carried out by its shell. */
import type { Dealings } from '../../src/domain/dealings.ts';
import type { AvaEvents } from '../../src/domain/events.ts';
import type { ConversationEntry } from '../../src/domain/ports.ts';
import type { Slot } from '../../src/domain/slots.ts';
import type { Transition } from '../kernel/actor.ts';
import type { ModelOrder } from '../model/messages.ts';
import type { PhoneMessage } from '../phone/messages.ts';
import type { CallState } from './state.ts';

export type CallEffect =
  | { readonly kind: 'tell_phone'; readonly message: PhoneMessage }
  | { readonly kind: 'tell_model'; readonly order: ModelOrder }
  | {
      readonly kind: 'run_tool';
      readonly callId: string;
      readonly name: string;
      readonly argumentsText: string;
      readonly dealings: Dealings;
    }
  /** `movingId`: the appointment that is to be moved there. */
  | { readonly kind: 'hold'; readonly slotId: string; readonly slot: Slot; readonly movingId: string | null }
  | { readonly kind: 'release' }
  | { readonly kind: 'record'; readonly entry: ConversationEntry }
  | CallEvent
  /** The line is closed for staff to be dialled; the conversation may go on over another one. */
  | { readonly kind: 'away' }
  /** Nothing more will come; `next` is what the phone network should do with the caller if they are still there. */
  | { readonly kind: 'finished'; readonly next: 'hang_up' | 'staff' };

/** An event without its context, which the shell adds. */
export type CallEvent = {
  [Name in keyof AvaEvents]: {
    readonly kind: 'event';
    readonly name: Name;
    readonly event: Omit<AvaEvents[Name], 'callSid' | 'conversationId' | 'clinicId'>;
  };
}[keyof AvaEvents];

export type CallTransition = Transition<CallState, CallEffect>;

type UnaddressedEntry = ConversationEntry extends infer Entry
  ? Entry extends ConversationEntry
    ? Omit<Entry, 'conversationId' | 'clinicId'>
    : never
  : never;

export function record(state: CallState, entry: UnaddressedEntry): CallEffect {
  const { conversationId, clinicId } = state.identity;
  return { kind: 'record', entry: { ...entry, conversationId, clinicId } as ConversationEntry };
}

/** The model is to answer. */
export const RESPOND: CallEffect = { kind: 'tell_model', order: { type: 'respond' } };

/** At once when nobody is there to talk to: a session that nobody listens to costs money. */
export const CLOSE_MODEL: CallEffect = { kind: 'tell_model', order: { type: 'close' } };

/** One transition behind another: the effects of both, in order. */
export function andThen(first: CallTransition, next: (state: CallState) => CallTransition): CallTransition {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

export function keep(state: CallState): CallTransition {
  return { state, effects: [] };
}
