import { describe, expect, it } from 'vitest';
import {
  bargesIn,
  begins,
  callerSpeaks,
  committed,
  FACTS,
  finished,
  greeted,
  orders,
  PHRASES,
  phoneOrders,
  playback,
  RENDERED,
  responseEnded,
  says,
  speechStarted,
  toolAnswered,
  toolRequested,
  turns,
  words,
} from './bench.ts';

const { silenceMs, fillerMs } = FACTS.limits;
const spoken = (sentence: string) => [{ type: 'say', sentence }];

describe('a silent caller', () => {
  it('is asked after, ten seconds from the last sample they heard', () => {
    const call = greeted();
    expect(call.wait(silenceMs - 1)).toEqual([]);
    expect(orders(call.wait(1))).toEqual(spoken(PHRASES.stillThere));
  });

  it('is said goodbye to after the second silence', () => {
    const call = greeted(RENDERED);
    expect(phoneOrders(call.wait(silenceMs))).toMatchObject([{ type: 'speech' }, { type: 'speech_complete' }]);
    call.tell(playback('phrase_2'), finished('phrase_2'));
    expect(phoneOrders(call.wait(silenceMs))).toMatchObject([
      { type: 'speech', payload: PHRASES.silentGoodbye },
      { type: 'speech_complete' },
      { type: 'hang_up', afterPlayback: true },
    ]);
    expect(call.state.mode).toBe('parting');
  });

  it('who speaks again is no longer silent, and the count begins anew', () => {
    const call = greeted();
    call.wait(silenceMs);
    callerSpeaks(call, 'u1');
    says(call, 'b', 'We are open today.');
    expect(orders(call.wait(silenceMs))).toEqual(spoken(PHRASES.stillThere));
  });

  it('whom the model had no answer for is asked after too', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell({ type: 'response_started' }, responseEnded());
    expect(orders(call.wait(silenceMs))).toEqual(spoken(PHRASES.stillThere));
  });

  it.each([
    ['while Ava speaks', (call: ReturnType<typeof greeted>) => void begins(call, 'b', 'A long story.')],
    ['while the caller speaks', (call: ReturnType<typeof greeted>) => void call.tell(speechStarted)],
    ['while a tool runs', (call: ReturnType<typeof greeted>) => void call.tell(toolRequested('c1'))],
    ['while an answer is awaited', (call: ReturnType<typeof greeted>) => void callerSpeaks(call, 'u1')],
  ])('is none %s', (_, busy) => {
    const call = greeted();
    busy(call);
    expect(orders(call.wait(FACTS.limits.toolMs - 1))).toEqual([]);
    expect(call.state.deadlines).not.toHaveProperty('silence');
  });
});

describe('an answer that takes long', () => {
  it('is bridged once with what is at hand, and the filler is no answer', () => {
    const call = greeted(RENDERED);
    callerSpeaks(call, 'u1');
    expect(call.wait(fillerMs - 1)).toEqual([]);
    expect(phoneOrders(call.wait(1))).toMatchObject([
      { type: 'speech', payload: PHRASES.oneMoment },
      { type: 'speech_complete' },
    ]);
    const heard = call.tell(playback('phrase_2'), finished('phrase_2'));
    expect(turns(heard)).toEqual([[3, 'assistant', PHRASES.oneMoment, false]]);
    expect(orders(heard)).toEqual([]);
    expect(call.state).toMatchObject({ answered: false });
    expect(phoneOrders(call.wait(silenceMs))).toEqual([]);
  });

  it('is bridged where it is a tool that takes long', () => {
    const call = greeted(RENDERED);
    callerSpeaks(call, 'u1');
    begins(call, 'b', 'Let me see.');
    call.tell(toolRequested('c1'), responseEnded(), finished('b'));
    expect(phoneOrders(call.wait(fillerMs))).toMatchObject([{ payload: PHRASES.oneMoment }, {}]);
    expect(orders(call.tell(toolAnswered('c1')))).toMatchObject([{ type: 'tool_result' }, { type: 'respond' }]);
  });

  it('has a moment more where the model has begun it, since it would wait for the end of the filler', () => {
    const call = greeted(RENDERED);
    callerSpeaks(call, 'u1');
    call.tell({ type: 'response_started' });
    expect(call.wait(fillerMs + 399)).toEqual([]);
    begins(call, 'b', 'Yes.');
    expect(phoneOrders(call.wait(fillerMs))).toEqual([]);
    const late = greeted(RENDERED);
    callerSpeaks(late, 'u1');
    late.tell({ type: 'response_started' });
    expect(phoneOrders(late.wait(fillerMs + 400))).toMatchObject([{ payload: PHRASES.oneMoment }, {}]);
  });

  it('is not bridged where it came in time, where she speaks anyway, or where the caller does', () => {
    const answered = greeted(RENDERED);
    callerSpeaks(answered, 'u1');
    begins(answered, 'b', 'Yes.');
    expect(phoneOrders(answered.wait(fillerMs))).toEqual([]);
    const talking = greeted(RENDERED);
    begins(talking, 'b', 'Let me see what we have for you.');
    talking.tell(toolRequested('c1'));
    expect(phoneOrders(talking.wait(fillerMs))).toEqual([]);
    const interrupted = greeted(RENDERED);
    callerSpeaks(interrupted, 'u1');
    interrupted.tell(speechStarted);
    expect(phoneOrders(interrupted.wait(fillerMs))).toEqual([]);
  });

  it('is waited for in silence where no filler is at hand: the model has enough to do', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    expect(call.wait(fillerMs)).toEqual([]);
  });

  it('is bridged again in the next turn', () => {
    const call = greeted(RENDERED);
    callerSpeaks(call, 'u1');
    call.wait(fillerMs);
    call.tell(playback('phrase_2'), finished('phrase_2'));
    says(call, 'b', 'Here it is.');
    callerSpeaks(call, 'u2');
    expect(phoneOrders(call.wait(fillerMs))).toHaveLength(2);
  });
});

describe('a rendered phrase', () => {
  it('is played at once, and the model is told what was heard of it', () => {
    const call = greeted(RENDERED);
    expect(call.state).toMatchObject({ turns: 1, mode: 'talking', answered: true });
    call.wait(silenceMs);
    call.tell(playback('phrase_2'));
    bargesIn(call);
    const cut = call.tell({
      type: 'playback_cut',
      items: [{ itemId: 'phrase_2', heardMs: 600, sentMs: 1_200, complete: true }],
    });
    expect(orders(cut)).toEqual([{ type: 'said', text: 'Are you' }]);
  });

  it('is in the language of the caller', () => {
    const spanish = { ...PHRASES, stillThere: '¿Sigue ahí?' };
    const clinic = { ...FACTS.clinic, conversation: { ...FACTS.clinic.conversation, languages: ['en-US', 'es-US'] } };
    const call = greeted({ ...FACTS, clinic, phrasesIn: (language) => (language === 'es-US' ? spanish : PHRASES) });
    callerSpeaks(call, 'u1');
    call.tell(words('u1', 'Hola, quisiera saber el horario de la clínica, por favor.'));
    says(call, 'b', 'Abrimos a las nueve.');
    expect(orders(call.wait(silenceMs))).toEqual(spoken('¿Sigue ahí?'));
  });
});

describe('what the caller waited for', () => {
  it('is told when it is sent, confirmed when it was heard, and stands with the turn', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.wait(400);
    begins(call, 'b', 'Yes.');
    call.wait(250);
    call.tell({ type: 'playback_confirmed', itemId: 'b' }, responseEnded());
    const [entry] = call.tell(finished('b')).flatMap((effect) => (effect.kind === 'record' ? [effect.entry] : []));
    expect(entry).toMatchObject({ answeredAfterMs: 400, heardAfterMs: 650 });
  });

  it('is nothing where nobody asked', () => {
    const call = greeted();
    call.tell(committed('u0'));
    begins(call, 'b', 'Yes.');
    call.tell(responseEnded(), finished('b'));
    call.tell({ type: 'response_started' }, { type: 'words', itemId: 'c', text: 'Also this.' }, playback('c'));
    const [entry] = call.tell(finished('c')).flatMap((effect) => (effect.kind === 'record' ? [effect.entry] : []));
    expect(entry).toMatchObject({ answeredAfterMs: null, heardAfterMs: null });
  });
});
