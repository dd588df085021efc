import { describe, expect, it } from 'vitest';
import type { CallEffect } from '../../../actors/call/effects.ts';
import { turnsOf } from '../../../actors/call/history.ts';
import type { CallMessage, FarEnd } from '../../../actors/call/messages.ts';
import {
  askedFor,
  BARGE_IN_MS,
  begins,
  type CallBench,
  callerSpeaks,
  committed,
  elsewhere,
  FACTS,
  finished,
  greeted,
  newConversation,
  orders,
  PHRASES,
  phoneOrders,
  playback,
  RENDERED,
  RENDERED_MS,
  ran,
  ready,
  recorded,
  responseEnded,
  says,
  speechStarted,
  spoken,
  toolAnswered,
  toolRequested,
  turns,
  words,
} from './bench.ts';

/** Six seconds at an unhurried pace of fifteen characters a second. */
const OFFER = 'I have Tuesday at two in the afternoon, or Wednesday at nine in the morning with Priya.';

/** A call in which she begins to name what there is. */
function offered(channel: 'voice' | 'web'): CallBench {
  const call = greeted();
  callerSpeaks(call, 'u1');
  call.tell(words('u1', 'When can I come?'));
  begins(call, 'a1', OFFER);
  call.tell(responseEnded());
  call.state = { ...call.state, identity: { ...call.state.identity, channel } };
  return call;
}

/** A call that goes on elsewhere after half of its greeting. */
function halfGreeted(): CallBench {
  const call = newConversation();
  call.tell({ type: 'phone_opened' });
  begins(call, 'g', PHRASES.greeting);
  call.wait(1_000);
  const { call: next } = elsewhere(call);
  next.tell(ready);
  return next;
}

function told(effects: readonly CallEffect[]): string[] {
  return orders(effects).flatMap((order) =>
    order.type === 'restore' ? order.history.map((item) => (item.kind === 'tool' ? item.output : item.text)) : [],
  );
}

describe('a call that another node goes on with', () => {
  it('listens where it listened, and knows what was said', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell(words('u1', 'Do you do Botox?'));
    says(call, 'a1', 'Yes, we do. When would suit you?');
    const next = elsewhere(call);
    expect(recorded(next.effects)).toEqual([]);
    const effects = next.call.tell(ready);
    expect(askedFor(effects)).toEqual([]);
    expect(told(effects)).toEqual(['Thank you for calling.', 'Do you do Botox?', 'Yes, we do. When would suit you?']);
    expect(next.call.state.identity.node).toBe('node-b');
  });

  it('goes on in the first of two sentences that were on their way, of the second of which nothing was heard', () => {
    const call = offered('voice');
    begins(call, 'a2', 'Is there anything else I can help you with?');
    call.tell(responseEnded());
    call.wait(2_000);
    const next = elsewhere(call, 0);
    expect(turns(next.effects)).toEqual([[3, 'assistant', 'I have Tuesday at two in', true]]);
    const effects = next.call.tell(ready);
    expect(told(effects).at(-1)).toMatch(/"I have Tuesday at two in" Go on exactly after/);
    expect(askedFor(effects)).toEqual(['respond']);
  });

  it('asks a caller again who is silent though it was their turn: what they said may have gone with the line', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell(words('u1', 'Do you do Botox?'));
    says(call, 'a1', 'Yes, we do. When would suit you?');
    const { call: next } = elsewhere(call);
    next.tell(ready);
    expect(askedFor(next.wait(FACTS.limits.unheardMs - 1))).toEqual([]);
    expect(askedFor(next.wait(1))).toEqual([PHRASES.lostYou]);
    says(next, 'a2', PHRASES.lostYou);
    expect(askedFor(next.wait(FACTS.limits.silenceMs))).toEqual([PHRASES.stillThere]);
  });

  it('asks a caller again who waits for an answer to what nobody understood', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell(words('u1', 'Do you do Botox?'));
    says(call, 'a1', 'Yes, we do. When would suit you?');
    callerSpeaks(call, 'u2');
    call.tell(words('u2', ''));
    const { call: next } = elsewhere(call);
    next.tell(ready);
    expect(askedFor(next.wait(FACTS.limits.unheardMs))).toEqual([PHRASES.lostYou]);
  });

  it('asks nobody again who speaks, who was not to speak yet, or whose browser says it once more', () => {
    const spoken = elsewhere(greeted()).call;
    spoken.tell(ready, speechStarted);
    expect(askedFor(spoken.wait(FACTS.limits.unheardMs))).toEqual([]);
    const answered = elsewhere(greeted()).call;
    answered.tell(ready);
    callerSpeaks(answered, 'u1');
    expect(askedFor(answered.wait(FACTS.limits.unheardMs))).toEqual([]);
    const working = greeted();
    callerSpeaks(working, 'u1');
    working.tell(
      words('u1', 'Two, please.'),
      { type: 'response_started' },
      toolRequested('call_1', 'book_appointment'),
    );
    const atWork = elsewhere(working).call;
    atWork.tell(ready, toolAnswered('call_1'));
    expect(askedFor(atWork.wait(FACTS.limits.unheardMs))).toEqual([]);
    const cutOff = offered('voice');
    cutOff.wait(3_000);
    const next = elsewhere(cutOff).call;
    next.tell(ready);
    says(next, 'a2', 'or Wednesday at nine.');
    expect(askedFor(next.wait(FACTS.limits.unheardMs))).toEqual([]);
    const browser = offered('web');
    browser.wait(8_000);
    const back = elsewhere(browser).call;
    back.tell(ready);
    expect(askedFor(back.wait(FACTS.limits.unheardMs))).toEqual([]);
  });

  it('goes on behind the words that were heard', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell(words('u1', 'When can I come?'));
    begins(call, 'a1', OFFER);
    call.tell(responseEnded());
    call.wait(3_000);
    const next = elsewhere(call);
    const [[n, role, text, interrupted] = [0, '', '', false]] = turns(next.effects);
    expect([n, role, interrupted]).toEqual([3, 'assistant', true]);
    // 2.6 s at fifteen characters a second, and never half a word.
    expect(text).toBe('I have Tuesday at two in the afternoon,');
    const effects = next.call.tell(ready);
    expect(askedFor(effects)).toEqual(['respond']);
    expect(told(effects).at(-1)).toContain(`up to these words: "${text}"`);
  });

  it('falls silent for a caller who already speaks when it goes on, and gives them the floor', () => {
    const call = offered('voice');
    call.wait(3_000);
    const { call: next } = elsewhere(call);
    expect(askedFor(next.tell(ready))).toEqual(['respond']);
    expect(phoneOrders(next.tell(speechStarted))).toEqual([{ type: 'pause' }]);
    next.tell({ type: 'response_started' });
    expect(orders(next.wait(2_000))).toEqual([{ type: 'cut' }]);
  });

  it('says nothing again that was heard to its end', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell(words('u1', 'When can I come?'));
    begins(call, 'a1', OFFER);
    call.tell(responseEnded());
    call.wait(8_000);
    const next = elsewhere(call);
    expect(turns(next.effects)).toEqual([[3, 'assistant', OFFER, false]]);
    expect(askedFor(next.call.tell(ready))).toEqual([]);
  });

  it('answers who waits for an answer', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell(words('u1', 'When can I come?'));
    const next = elsewhere(call);
    expect(askedFor(next.call.tell(ready))).toEqual(['respond']);
  });

  it('asks again for words that went with the line, whether they were still being said or not yet written down', () => {
    const stopped: CallMessage = { type: 'caller_speech_stopped', speechMs: 900 };
    for (const spoken of [[speechStarted], [speechStarted, stopped]]) {
      const call = greeted();
      call.tell(...spoken);
      const effects = elsewhere(call).call.tell(ready);
      expect(askedFor(effects)).toEqual([PHRASES.lostYou]);
    }
    const call = greeted();
    callerSpeaks(call, 'u1');
    const next = elsewhere(call);
    expect(turns(next.effects)).toEqual([[2, 'customer', '[inaudible]', false]]);
    expect(askedFor(next.call.tell(ready))).toEqual([PHRASES.lostYou]);
  });

  it('acts on no half of a sentence: who spoke on while the line was gone is asked for all of it', () => {
    const call = greeted();
    call.tell(speechStarted);
    const { call: next } = elsewhere(call);
    next.tell(ready, { type: 'caller_speech_started', atStart: true });
    next.wait(BARGE_IN_MS + 650);
    expect(askedFor(next.tell(committed('u1'), words('u1', 'on Tuesday at two.')))).toEqual([PHRASES.lostYou]);
    says(next, 'a1', PHRASES.lostYou);
    callerSpeaks(next, 'u2');
    expect(orders(next.tell(words('u2', 'Anything but Tuesday at two.')))).toEqual([]);
    expect(next.state).toMatchObject({ answered: false, link: { midSentence: false } });
  });

  it('answers who begins anew while they are asked again', () => {
    const call = greeted();
    call.tell(speechStarted);
    const { call: next } = elsewhere(call);
    next.tell(ready, speechStarted);
    next.wait(BARGE_IN_MS + 650);
    expect(askedFor(next.tell(committed('u1')))).toEqual(['respond']);
  });

  it('says so before there is a session, where the words are at hand; once, and again where this line breaks too', () => {
    const call = greeted(RENDERED);
    call.tell(speechStarted);
    const next = elsewhere(call, 1_000, undefined, RENDERED);
    expect(spoken(next.effects)).toEqual([PHRASES.lostYou]);
    const again = elsewhere(next.call, 1_000, undefined, RENDERED);
    expect(spoken(again.effects)).toEqual([PHRASES.lostYou]);
    const { itemId } = again.call.state.saying[0] ?? { itemId: '' };
    again.call.tell(playback(itemId));
    const resumed = again.call.tell(ready);
    expect([...spoken(resumed), ...askedFor(resumed)]).toEqual([]);
    expect(told(resumed).at(-1)).toBe(PHRASES.lostYou);
    again.call.tell(finished(itemId, RENDERED_MS));
    expect(spoken(again.call.wait(FACTS.limits.unheardMs))).toEqual([]);
  });

  it('asks once more of whom this line breaks while they say it again', () => {
    const call = greeted();
    call.tell(speechStarted);
    const { call: next } = elsewhere(call);
    next.tell(ready);
    says(next, 'a1', PHRASES.lostYou);
    next.tell(speechStarted);
    expect(askedFor(elsewhere(next).call.tell(ready))).toEqual([PHRASES.lostYou]);
  });

  it('nor says it twice where it was heard long before there is a session', () => {
    const call = greeted(RENDERED);
    call.tell(speechStarted);
    const { call: next } = elsewhere(call, 1_000, undefined, RENDERED);
    const { itemId } = next.state.saying[0] ?? { itemId: '' };
    next.tell(playback(itemId), finished(itemId, RENDERED_MS));
    expect(spoken(next.tell(ready))).toEqual([]);
  });

  it('says nothing of the kind to whom an answer is due', () => {
    const call = greeted(RENDERED);
    callerSpeaks(call, 'u1');
    call.tell(words('u1', 'When can I come?'));
    const next = elsewhere(call, 1_000, undefined, RENDERED);
    expect(spoken(next.effects)).toEqual([]);
    expect(askedFor(next.call.tell(ready))).toEqual(['respond']);
  });

  it('asks again where it listened, and nobody did for so long that the caller has spoken', () => {
    const call = greeted();
    expect(askedFor(elsewhere(call, 2_900).call.tell(ready))).toEqual([]);
    expect(askedFor(elsewhere(call, 3_000).call.tell(ready))).toEqual([PHRASES.lostYou]);
    callerSpeaks(call, 'u1');
    call.tell(words('u1', 'When can I come?'));
    expect(askedFor(elsewhere(call, 6_000).call.tell(ready))).toEqual(['respond']);
  });

  it('runs a tool again that ran, and gives its answer to the new session', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell(words('u1', 'Two, please.'), { type: 'response_started' }, toolRequested('call_1', 'book_appointment'));
    call.tell(toolRequested('call_2'));
    const next = elsewhere(call);
    expect(ran(next.effects)).toEqual(['call_1']);
    const effects = next.call.tell(toolAnswered('call_1', [], { appointment_id: 'a' }), toolAnswered('call_2'), ready);
    expect(told(effects).some((text) => text.includes('"appointment_id":"a"'))).toBe(true);
    expect(askedFor(effects)).toContain('respond');
  });

  it('greets where nobody had', () => {
    const next = elsewhere(newConversation());
    expect(askedFor(next.effects)).toEqual([PHRASES.greeting]);
    expect(next.call.state.mode).toBe('talking');
  });

  it('says that Ava is an AI to whom the greeting broke off before it, unless its rest says so', () => {
    expect(askedFor(callerSpeaks(halfGreeted(), 'u1'))).toEqual([PHRASES.disclosure, 'respond']);
    const heardOut = halfGreeted();
    says(heardOut, 'a1', 'calling. This is Ava, the AI assistant. How can I help you?');
    expect(askedFor(callerSpeaks(heardOut, 'u1'))).toEqual(['respond']);
  });

  it('says the rest of a phrase', () => {
    const call = newConversation();
    call.tell({ type: 'phone_opened' });
    const [phrase] = call.state.saying;
    expect(phrase).toBeUndefined();
    begins(call, 'g', PHRASES.greeting);
    call.wait(2_000);
    const next = elsewhere(call);
    expect(turns(next.effects)).toEqual([[1, 'assistant', 'Thank you for calling.', true]]);
  });

  it('gives an answer that a new session has begun longer than usual before a filler would hold it up', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell(words('u1', 'Two, please.'), { type: 'response_started' }, toolRequested('call_1', 'book_appointment'));
    const { call: next } = elsewhere(call, 500, undefined, RENDERED);
    const begun = next.now;
    next.tell(ready, toolAnswered('call_1'), { type: 'response_started' });
    const due = begun + FACTS.limits.fillerMs + 1_200;
    expect(spoken(next.wait(due - next.now - 1))).toEqual([]);
    expect(spoken(next.wait(1))).toEqual([PHRASES.oneMoment]);
  });

  it('counts how often that happened with nothing said in between', () => {
    let { call } = elsewhere(greeted());
    for (let n = 2; n <= 4; n++) ({ call } = elsewhere(call));
    expect(call.state.resumes).toBe(4);
    callerSpeaks(call, 'u1');
    expect(call.state.resumes).toBe(0);
  });

  it('forgets no deadline of the call itself, and all others', () => {
    const call = greeted();
    call.tell(speechStarted);
    const { call: next } = elsewhere(call);
    expect(Object.keys(next.state.deadlines).toSorted()).toEqual(['longest_call', 'silence', 'time_is_short']);
  });
});

const farEnd = (changes: Partial<FarEnd>): FarEnd => ({ sent: [], played: null, resends: true, ...changes });
const offering = (): CallBench => {
  const call = greeted();
  callerSpeaks(call, 'u1');
  call.tell(words('u1', 'When can I come?'));
  begins(call, 'a1', OFFER);
  call.tell(responseEnded());
  return call;
};

/** What of the offer is in the record then. */
const heard = (changes: Partial<FarEnd>): unknown => turns(elsewhere(offering(), 1_000, farEnd(changes)).effects)[0];

describe('a call whose far end tells', () => {
  it('goes on behind the words that it played, whatever the time', () => {
    const sent = [{ itemId: 'a1', sentMs: 6_000, complete: true }];
    const half = OFFER.slice(0, OFFER.length / 2);
    expect(heard({ sent, played: { itemId: 'a1', ms: 3_000 } })).toEqual([
      3,
      'assistant',
      half.slice(0, half.lastIndexOf(' ')),
      true,
    ]);
    expect(heard({ sent, played: { itemId: 'a1', ms: 6_000 } })).toEqual([3, 'assistant', OFFER, false]);
    expect(heard({ sent, played: { itemId: 'before', ms: 9_000 } })).toBeUndefined();
  });

  it('heard all that was sent before the item that it names', () => {
    const sent = ['a1', 'a2'].map((itemId) => ({ itemId, sentMs: 6_000, complete: true }));
    expect(heard({ sent, played: { itemId: 'a2', ms: 20 } })).toEqual([3, 'assistant', OFFER, false]);
  });

  it('cannot have heard more than was sent, however long it was away', () => {
    const call = offering();
    call.wait(60_000);
    const sent = [{ itemId: 'a1', sentMs: 3_000, complete: false }];
    const next = elsewhere(call, 1_000, farEnd({ sent }));
    expect(turns(next.effects)).toEqual([[3, 'assistant', expect.not.stringContaining('Priya'), true]]);
  });

  it('is not asked again for what it sends again: the turn is heard in its place, and answered', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    const next = elsewhere(call, 1_000, farEnd({}));
    expect([turns(next.effects), askedFor(next.call.tell(ready))]).toEqual([[], []]);
    next.call.tell({ type: 'caller_speech_started', again: true });
    const effects = next.call.tell({ type: 'caller_turn_committed', itemId: 'x1', again: true });
    expect(askedFor(effects)).toEqual(['respond']);
    expect(recorded(next.call.tell(words('x1', 'Do you do Botox?')))).toMatchObject([
      { n: 2, text: 'Do you do Botox?' },
    ]);
  });

  it('goes on saying what it began to say', () => {
    const call = greeted();
    call.tell(speechStarted);
    const next = elsewhere(call, 1_000, farEnd({}));
    expect(askedFor(next.call.tell(ready))).toEqual([]);
    callerSpeaks(next.call, 'x1');
    expect(next.call.state.awaited).toMatchObject([{ itemId: 'x1' }]);
  });
});

it('the turns that it remembers can be written again, as they stand in the record', () => {
  const call = greeted();
  callerSpeaks(call, 'u1');
  const said = recorded(call.tell(words('u1', 'Do you do Botox?')));
  expect(turnsOf(call.state).slice(-1)).toEqual(said);
});
