/**
 * Code that runs for the first time is slow, and a node that has just started may be the one to which all calls of a lost
 * node come: it has the fewest. So it goes on with a made-up call a few times before it is ready, and looks for a time in
 * an empty book, which is what callers ask for most. Steps are pure, and what they want done is thrown away: nothing is
 * written, told, opened or asked.
 */
import { CALL_LIMITS, type CallFacts, type CallIdentity, type CallMessage } from '../../actors/call/messages.ts';
import { recordedStep } from '../../actors/call/recording.ts';
import { type CallState, newCall } from '../../actors/call/state.ts';
import type { ModelCommand, ModelOrder } from '../../actors/model/messages.ts';
import { newModel } from '../../actors/model/state.ts';
import { modelStep } from '../../actors/model/step.ts';
import type { Clinic, Instant } from '../domain/clinic.ts';
import { NO_DEALINGS } from '../domain/dealings.ts';
import type { BookingStore, MessageStore } from '../domain/ports.ts';
import type { ToolOutcome } from '../domain/tools.ts';
import { sessionOf } from '../openai/session.ts';
import { fixedPhrases } from '../receptionist/phrases.ts';
import { useTool } from '../receptionist/tools/toolbox.ts';
import { headOf, itemOf, restored } from './call-snapshot.ts';
import { TELEPHONE } from './call-world.ts';
import { briefOf } from './phone-call.ts';

/** The first takes fifty times as long as the tenth: 40 ms and more (measured). */
const ROUNDS = 10;

/** Goes on with a made-up call of this clinic, so that the next call is not the first. */
export async function rehearse(clinic: Clinic, now: Instant): Promise<void> {
  traceAnError();
  for (let round = 0; round < ROUNDS; round++) {
    rehearsed(clinic, now);
    await searched(clinic, now, WISHES[round % WISHES.length] ?? '');
  }
}

/** With the first one that is traced to its source node reads the map of the whole program: 65 ms (measured). */
function traceAnError(): void {
  new Error('a rehearsal').stack?.at(0);
}

const WISHES = ['tomorrow at 2 PM', 'next Tuesday', 'December 10 at 1:30 PM', 'in the morning'];

/** What a caller hears who wants to come at that time, and nobody else does. */
export function searched(clinic: Clinic, now: Instant, when: string): Promise<ToolOutcome> {
  const { conversationId, channel, callerPhone } = identityOf(clinic);
  const stores = { bookings: EMPTY_BOOK, messages: NO_MESSAGES };
  const context = { clinic, conversationId, channel, callerPhone, dealings: NO_DEALINGS, now: () => now, ...stores };
  const args = JSON.stringify({ service: clinic.services[0]?.name ?? '', when });
  return useTool('check_availability', args, context, () => undefined);
}

const notHere = (): Promise<never> => Promise.reject(new Error('a rehearsal changes nothing'));
const EMPTY_BOOK: BookingStore = {
  busy: () => Promise.resolve([]),
  hold: () => Promise.resolve('held'),
  release: notHere,
  book: notHere,
  correct: notHere,
  appointment: notHere,
  appointmentsOf: notHere,
  reschedule: notHere,
  cancel: notHere,
  joinWaitlist: notHere,
  knowsCustomer: notHere,
};
const NO_MESSAGES: MessageStore = { leave: notHere };

/** Of a made-up call whose node is lost while Ava answers: what the session of its next node is told. */
export function rehearsed(clinic: Clinic, now: Instant): readonly ModelCommand[] {
  const facts: CallFacts = {
    clinic,
    phrasesIn: (language) => fixedPhrases(clinic, language),
    rendered: () => undefined,
    limits: CALL_LIMITS,
  };
  const before = told(facts, newCall(identityOf(clinic), facts, now), CONVERSATION, now);
  const kept = restored(headOf(before.state), before.state.history.map(itemOf));
  const brief = briefOf(clinic, kept.identity.callerPhone, TELEPHONE.format, now);
  JSON.stringify(sessionOf(brief, { model: '', transcriptionModel: '' }));
  const brokeAt = now + HEARD_MS;
  const goingOn: CallMessage[] = [
    { type: 'taken_up', brokeAt, node: '' },
    { type: 'model_ready', first: false },
  ];
  return commandsOf(told(facts, kept, goingOn, brokeAt).orders, brokeAt);
}

/** How much of her last sentence was heard. */
const HEARD_MS = 2_000;

const CONVERSATION: readonly CallMessage[] = [
  { type: 'phone_opened' },
  { type: 'response_started' },
  { type: 'words', itemId: 'a1', text: 'Hello, this is Ava. How can I help you?' },
  { type: 'playback_started', itemId: 'a1' },
  { type: 'response_ended', status: 'completed' },
  { type: 'playback_finished', itemId: 'a1', heardMs: 2_000, sentMs: 2_000, complete: true },
  { type: 'caller_speech_started' },
  { type: 'caller_speech_stopped', speechMs: 1_500 },
  { type: 'caller_turn_committed', itemId: 'u1' },
  { type: 'caller_words', itemId: 'u1', text: 'What are your opening hours, please?' },
  { type: 'response_started' },
  { type: 'words_delta', itemId: 'a2', text: 'We are open from nine to six, ' },
  { type: 'words_delta', itemId: 'a2', text: 'Monday to Saturday. Is there anything else?' },
  { type: 'playback_started', itemId: 'a2' },
];

function identityOf({ id, phone }: Clinic): CallIdentity {
  const nobody = { conversationId: '', callSid: '', callerPhone: null, node: '' };
  return { ...nobody, clinicId: id, channel: 'voice', calledNumber: phone };
}

interface Told {
  readonly state: CallState;
  readonly orders: readonly ModelOrder[];
}

function told(facts: CallFacts, state: CallState, messages: readonly CallMessage[], now: Instant): Told {
  const step = recordedStep(facts, state, now, () => undefined);
  return messages.reduce<Told>(
    (before, message) => {
      const after = step(before.state, message, now);
      const orders = after.effects.flatMap((effect) => (effect.kind === 'tell_model' ? [effect.order] : []));
      return { state: after.state, orders: [...before.orders, ...orders] };
    },
    { state, orders: [] },
  );
}

/** What a session that is ready is sent because of these orders. */
function commandsOf(orders: readonly ModelOrder[], now: Instant): readonly ModelCommand[] {
  const ready = modelStep(newModel(now, true), { type: 'session_ready' }, now).state;
  const sent: ModelCommand[] = [];
  orders.reduce((state, order) => {
    const after = modelStep(state, order, now);
    sent.push(...after.effects.flatMap((effect) => (effect.kind === 'send' ? [effect.command] : [])));
    return after.state;
  }, ready);
  return sent;
}
