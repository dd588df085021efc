/** The call in the hands of people, step by step. */
import { describe, expect, it } from 'vitest';
import type { CallFacts, CallMessage } from '../../../actors/call/messages.ts';
import type { DealingsChange } from '../../../src/domain/dealings.ts';
import { lumen } from '../../support/memory-clinics.ts';
import { NOW, ofKind } from '../../support/step-bench.ts';
import {
  begins,
  type CallBench,
  callerSpeaks,
  FACTS,
  finished,
  greeted,
  LONGEST_CALL_MS,
  newConversation,
  orders,
  PHRASES,
  phoneOrders,
  playback,
  RENDERED,
  ran,
  recorded,
  responseEnded,
  says,
  speechStarted,
  toolAnswered,
  toolRequested,
  words,
} from './bench.ts';

const TROUBLE = 'I have trouble breathing since my filler.';
const AFTER_PLAYBACK = { type: 'hang_up', afterPlayback: true };
const hungUp: CallMessage = { type: 'phone_closed', reason: 'hung_up' };
const said = (call: CallBench, ...messages: CallMessage[]): (string | undefined)[] =>
  orders(call.tell(...messages)).flatMap((order) => (order.type === 'say' ? [order.sentence] : []));
const outcomes = (call: CallBench, message: CallMessage): string[] =>
  recorded(call.tell(message)).flatMap((entry) => (entry.kind === 'ended' ? [entry.outcome] : []));

/** The caller says something urgent; the model was asked to answer already, and its answer has begun. */
function alarmed(facts: CallFacts = FACTS): CallBench {
  const call = greeted(facts);
  callerSpeaks(call, 'u1');
  call.tell({ type: 'response_started' });
  return call;
}

describe('an emergency in the caller’s words', () => {
  it('is told to call for help, and the line closes for staff once that was said, whatever else ends meanwhile', () => {
    const call = alarmed();
    expect(said(call, words('u1', TROUBLE))).toEqual([PHRASES.emergency]);
    // The answer that was cut off for it.
    expect(phoneOrders(call.tell(responseEnded('cancelled')))).toEqual([]);
    begins(call, 'e', PHRASES.emergency);
    expect(phoneOrders(call.tell(responseEnded()))).toEqual([AFTER_PLAYBACK]);
    call.tell(finished('e'));
    expect(ofKind(call.tell(hungUp), 'away')).toHaveLength(1);
    expect(call.state.mode).toBe('away');
  });

  it('is put through as well where the answer it cut off had ended by itself', () => {
    const call = alarmed();
    call.tell(words('u1', TROUBLE));
    expect(phoneOrders(call.tell(responseEnded('completed')))).toEqual([]);
    begins(call, 'e', PHRASES.emergency);
    expect(phoneOrders(call.tell(responseEnded()))).toEqual([AFTER_PLAYBACK]);
  });

  it.each(['failed', 'incomplete'] as const)('is put through where the sentence %s', (status) => {
    const call = alarmed();
    call.tell(words('u1', TROUBLE), responseEnded('cancelled'), { type: 'response_started' });
    expect(phoneOrders(call.tell(responseEnded(status)))).toEqual([AFTER_PLAYBACK]);
  });

  it('is put through where the model never says it', () => {
    const call = alarmed();
    call.tell(words('u1', TROUBLE), responseEnded('cancelled'));
    const effects = call.wait(FACTS.limits.farewellMs);
    expect(phoneOrders(effects)).toEqual([{ type: 'hang_up', afterPlayback: false }]);
    expect(ofKind(call.tell(hungUp), 'away')).toHaveLength(1);
  });

  it('is not called off by what the caller says meanwhile', () => {
    const call = alarmed();
    call.tell(words('u1', TROUBLE), responseEnded('cancelled'));
    call.tell(speechStarted);
    call.wait(3_000);
    expect(call.state.leaving).toEqual({ urgent: true });
    begins(call, 'e', PHRASES.emergency);
    expect(phoneOrders(call.tell(responseEnded()))).toEqual([AFTER_PLAYBACK]);
  });

  it('needs no model where the sentence is at hand', () => {
    const call = alarmed(RENDERED);
    const effects = call.tell(words('u1', TROUBLE));
    const speech = phoneOrders(effects).flatMap((order) => (order.type === 'speech' ? [order.payload] : []));
    expect(speech).toEqual([PHRASES.emergency]);
    expect(phoneOrders(effects).at(-1)).toEqual(AFTER_PLAYBACK);
  });

  it('is not kept waiting by a tool that answers meanwhile', () => {
    const call = alarmed(RENDERED);
    call.tell(toolRequested('t'), words('u1', TROUBLE));
    expect(orders(call.tell(toolAnswered('t'))).map(({ type }) => type)).toEqual(['tool_result']);
  });

  it('without a staff line is told to call for help, and the conversation goes on', () => {
    const call = alarmed({ ...FACTS, clinic: { ...FACTS.clinic, staffPhones: [] } });
    expect(said(call, words('u1', TROUBLE))).toEqual([PHRASES.emergencyAlone]);
    expect(call.state.mode).toBe('talking');
    expect(outcomes(call, { type: 'phone_closed', reason: 'stop' })).toEqual(['escalated']);
  });

  it('may be one in the clinic’s own words', () => {
    const conversation = { ...lumen.conversation, emergencyPhrases: ['vessel is blocked'] };
    const call = alarmed({ ...FACTS, clinic: { ...FACTS.clinic, conversation } });
    expect(said(call, words('u1', 'I think the vessel is blocked.'))).toEqual([PHRASES.emergency]);
  });
});

const TRANSFER: readonly CallMessage[] = [
  { type: 'response_started' },
  toolRequested('t', 'transfer_to_staff'),
  responseEnded(),
  toolAnswered('t', [{ type: 'transfer', reason: 'A bill.' }]),
];

/** The model asked for staff, Ava has said so, and they are dialled. */
function away(): CallBench {
  const call = greeted();
  callerSpeaks(call, 'u1');
  call.tell(...TRANSFER);
  begins(call, 'c', PHRASES.connecting);
  call.tell(responseEnded(), finished('c'), hungUp);
  return call;
}

describe('a caller who is put through', () => {
  it('hears so by rule, and their record stays open', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    expect(said(call, ...TRANSFER)).toEqual([PHRASES.connecting]);
    begins(call, 'c', PHRASES.connecting);
    expect(recorded(call.tell(responseEnded(), finished('c'), hungUp)).map(({ kind }) => kind)).not.toContain('ended');
    expect(call.state.mode).toBe('away');
  });

  it('is escalated once staff took the call, and only then', () => {
    const call = away();
    expect(outcomes(call, { type: 'staff_answered' })).toEqual(['escalated']);
    expect(outcomes(away(), { type: 'caller_left' })).toEqual(['info_only']);
  });

  it('is asked one thing when back, not for what was lost before staff were dialled as well', () => {
    const call = away();
    call.state = { ...call.state, link: { ...call.state.link, missed: true } };
    call.tell({ type: 'staff_missed', reason: 'busy' }, { type: 'phone_opened' });
    expect(said(call, { type: 'model_ready', first: false })).toEqual([]);
  });

  it.each([
    ['busy', PHRASES.staffBusy],
    ['no_answer', PHRASES.staffAway],
    ['declined', PHRASES.staffAway],
    ['failed', PHRASES.staffAway],
  ] as const)('is back where staff are %s, is told so, and the model knows why', (reason, sentence) => {
    const call = away();
    const effects = call.tell({ type: 'staff_missed', reason }, { type: 'phone_opened' });
    const told = orders(effects);
    expect(told.find((order) => order.type === 'note')).toMatchObject({
      text: expect.stringMatching(/cannot be reached/),
    });
    expect(told.at(-1)).toEqual({ type: 'say', sentence });
    expect(call.state).toMatchObject({ mode: 'talking', leaving: null, dealings: { transferring: null } });
  });

  it('stays, where they speak before the line is closed', () => {
    const call = greeted(RENDERED);
    callerSpeaks(call, 'u1');
    call.tell(...TRANSFER, playback('phrase_2'), speechStarted);
    call.wait(3_000);
    expect(call.state).toMatchObject({ mode: 'talking', leaving: null, dealings: { transferring: null } });
  });
});

const BOOKED: readonly DealingsChange[] = [{ type: 'booked', appointmentId: 'a1', slotId: 'slot_1' }];

/** A booking was under way when the caller described an emergency, and is still when staff are dialled. */
function awayWhileBooking(): CallBench {
  const call = alarmed(RENDERED);
  call.tell(toolRequested('t', 'book_appointment'), toolRequested('next'), words('u1', TROUBLE), hungUp);
  return call;
}

describe('a tool that runs while the caller is put through', () => {
  it('stands in the record, and in what came of the call', () => {
    const call = awayWhileBooking();
    expect(recorded(call.tell(toolAnswered('t', BOOKED)))).toMatchObject([{ kind: 'tool_call', callId: 't' }]);
    expect(outcomes(call, { type: 'caller_left' })).toEqual(['appointment_scheduled']);
  });

  it('is waited for where it is all that is left of the call', () => {
    const call = awayWhileBooking();
    expect(outcomes(call, { type: 'staff_answered' })).toEqual([]);
    expect(outcomes(call, toolAnswered('t', BOOKED))).toEqual(['appointment_scheduled']);
    const slow = awayWhileBooking();
    slow.tell({ type: 'staff_answered' });
    const ended = recorded(slow.wait(FACTS.limits.toolMs));
    expect(ended.map((entry) => entry.kind)).toEqual(['tool_call', 'ended']);
    expect(ended.at(-1)).toMatchObject({ outcome: 'escalated' });
  });

  it.each([
    ['answers', (call: CallBench) => call.tell(toolAnswered('t', BOOKED, { spoken: 'Tuesday at two' }))],
    ['takes too long', (call: CallBench) => call.wait(FACTS.limits.toolMs)],
  ])('and %s is known to the session that goes on, and others run after it', (_, pass) => {
    const call = awayWhileBooking();
    pass(call);
    call.tell({ type: 'staff_missed', reason: 'busy' }, { type: 'phone_opened' });
    const told = orders(call.tell({ type: 'model_ready', first: false }));
    const restored = told.flatMap((order) => (order.type === 'restore' ? order.history : []));
    expect(restored.filter(({ kind }) => kind === 'tool')).toMatchObject([{ callId: 't', name: 'book_appointment' }]);
    expect(ran(call.tell(toolRequested('u')))).toEqual(['u']);
  });

  it('and late did it after all is told as a fact', () => {
    const call = awayWhileBooking();
    call.wait(FACTS.limits.toolMs);
    call.tell(toolAnswered('t', BOOKED, { spoken: 'Tuesday at two' }), { type: 'phone_opened' });
    const told = orders(call.tell({ type: 'model_ready', first: false }));
    expect(JSON.stringify(told)).toContain('Tuesday at two');
    expect(call.state.dealings.booked).toHaveLength(1);
  });

  it('and is not done when they are back is answered then', () => {
    const call = awayWhileBooking();
    call.tell({ type: 'staff_missed', reason: 'busy' }, { type: 'phone_opened' });
    expect(orders(call.tell(toolAnswered('t', BOOKED))).map(({ type }) => type)).toEqual(['tool_result', 'respond']);
  });
});

describe('a caller who is back', () => {
  it('is not hung up on because the words before staff were never said', () => {
    const call = alarmed();
    call.tell(words('u1', TROUBLE), responseEnded('cancelled'));
    call.wait(FACTS.limits.farewellMs);
    call.tell(hungUp, { type: 'staff_missed', reason: 'busy' }, { type: 'phone_opened' });
    begins(call, 'busy', PHRASES.staffBusy);
    expect(phoneOrders(call.tell(responseEnded()))).toEqual([]);
    expect(call.state.mode).toBe('talking');
  });

  it('is still bound to the longest call, with time left for a message', () => {
    const early = away();
    early.tell({ type: 'phone_opened' });
    expect(early.state.deadlines['longest_call']).toBe(NOW + LONGEST_CALL_MS);
    const late = away();
    late.wait(LONGEST_CALL_MS + 60_000);
    late.tell({ type: 'phone_opened' });
    expect(late.state.deadlines['longest_call']).toBe(late.now + 180_000);
  });
});

/** Asked what they want; their answer is still to come. */
function atBrowser(): CallBench {
  const call = newConversation(FACTS, 'web');
  call.tell({ type: 'phone_opened' });
  says(call, 'greeting', PHRASES.greeting);
  callerSpeaks(call, 'u1');
  return call;
}

describe('a caller at a browser', () => {
  it('in danger is told to call for help, and nobody closes their line', () => {
    const call = atBrowser();
    expect(said(call, words('u1', TROUBLE))).toEqual([PHRASES.emergencyAlone]);
    expect(call.state).toMatchObject({ mode: 'talking', dealings: { urgent: true } });
  });

  it('is not put through, but may leave a message', () => {
    const call = atBrowser();
    expect(said(call, ...TRANSFER)).toEqual([PHRASES.staffAway]);
    expect(call.state).toMatchObject({ mode: 'talking', leaving: null, dealings: { transferring: null } });
  });
});
