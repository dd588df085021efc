import { describe, expect, it } from 'vitest';
import { heardText } from '../../../actors/call/speech.ts';
import { radiance } from '../../support/memory-clinics.ts';
import {
  bargesIn,
  begins,
  type CallBench,
  callerSpeaks,
  committed,
  cutAt,
  ENDING,
  eventNames,
  FACTS,
  finished,
  greeted,
  newConversation,
  orders,
  orderTypes,
  PHRASES,
  paused,
  phoneOrders,
  playback,
  responseEnded,
  says,
  speechStarted,
  toolAnswered,
  toolRequested,
  turns,
  words,
} from './bench.ts';

const NOTHING_HEARD = { type: 'cut' };

describe('a caller who speaks', () => {
  it('over Ava silences her at once; past the time of a noise they have the floor', () => {
    const call = greeted();
    begins(call, 'b', 'We are open from nine to six on weekdays.');
    expect(phoneOrders(call.tell(speechStarted))).toEqual([{ type: 'pause' }]);
    const effects = call.wait(2_000);
    expect(phoneOrders(effects)).toEqual([{ type: 'stay' }, { type: 'interrupt' }]);
    expect(orders(effects)).toEqual([NOTHING_HEARD]);
    const cut = call.tell(cutAt('b', 500));
    expect(orders(cut)).toEqual([{ type: 'heard_only', itemId: 'b', heardMs: 500 }]);
    expect(turns(cut)).toEqual([[2, 'assistant', 'We are open from', true]]);
    expect(eventNames(cut)).toEqual(['turn.assistant', 'turn.interrupted']);
  });

  it('in silence has the floor anyway: nothing is paused', () => {
    const call = greeted();
    expect(call.tell(speechStarted)).toEqual([]);
    expect(orders(call.tell(committed('u1')))).toEqual([{ type: 'respond' }]);
  });

  it('while the model thinks has it stop', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell({ type: 'response_started' });
    expect(orders(bargesIn(call))).toEqual([NOTHING_HEARD]);
  });

  it('before the model has begun to think has it not begin', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    expect(orders(bargesIn(call))).toEqual([NOTHING_HEARD]);
  });

  it('between two items of a response hears nothing of the second', () => {
    const call = greeted();
    begins(call, 'b', 'One moment.');
    call.tell(finished('b'), { type: 'words_delta', itemId: 'c', text: 'I have' });
    expect(orders(bargesIn(call))).toEqual([NOTHING_HEARD]);
    expect(call.state.saying).toEqual([]);
  });

  it('over two items that are queued is told of both, with the second unheard', () => {
    const call = greeted();
    begins(call, 'b', 'One moment please.');
    call.tell(playback('c'), { type: 'words', itemId: 'c', text: 'I have two o’clock.' });
    bargesIn(call);
    const effects = call.tell({
      type: 'playback_cut',
      items: [
        { itemId: 'b', heardMs: 1_000, sentMs: 1_000, complete: true },
        { itemId: 'c', heardMs: 0, sentMs: 1_000, complete: true },
      ],
    });
    expect(turns(effects)).toEqual([[2, 'assistant', 'One moment please.', false]]);
    expect(orders(effects)).toEqual([
      { type: 'heard_only', itemId: 'b', heardMs: 1_000 },
      { type: 'heard_only', itemId: 'c', heardMs: 0 },
    ]);
    expect(call.state.saying).toEqual([]);
  });

  it('is answered once, at the end of their turn', () => {
    const call = greeted();
    begins(call, 'b', 'We are open.');
    const effects = [...callerSpeaks(call, 'u1'), ...call.tell(cutAt('b', 300), responseEnded('cancelled'))];
    expect(orderTypes(effects).filter((type) => type === 'respond')).toHaveLength(1);
  });

  it('has the floor: a tool’s answer that comes meanwhile waits for the end of the turn', () => {
    const call = greeted();
    call.tell(toolRequested('c1'));
    bargesIn(call);
    expect(orderTypes(call.tell(toolAnswered('c1')))).toEqual(['tool_result']);
    expect(orderTypes(call.tell(committed('u1'))).at(-1)).toBe('respond');
  });
});

describe('a short sound over Ava', () => {
  const LONG_SENTENCE = 'We are open from nine to six on weekdays, and from ten to four on Sunday.';

  /** A sound of 300 ms in the middle of a long sentence, in doubt; its words are still to come. */
  function coughOver(facts = FACTS): CallBench {
    const call = greeted(facts);
    begins(call, 'b', LONG_SENTENCE);
    call.tell(speechStarted, paused('b', 1_000, 6_000));
    call.wait(800);
    call.tell({ type: 'caller_speech_stopped', speechMs: 300 }, committed('u1'));
    return call;
  }

  it('asks nothing of the model, and is no turn yet', () => {
    const call = coughOver();
    expect(call.state).toMatchObject({ turns: 2, callerTurns: 0, callerSpeaksSince: null });
  });

  it.each([['mhm'], ['Okay.'], [''], ['Uh-huh, yeah.']])('that says "%s" is forgotten, and she goes on', (said) => {
    const call = coughOver();
    const effects = call.tell(words('u1', said));
    expect([phoneOrders(effects), orders(effects)]).toEqual([[{ type: 'resume' }], [{ type: 'forget', itemId: 'u1' }]]);
    expect(turns(call.tell(finished('b', 6_000)))).toEqual([[2, 'assistant', LONG_SENTENCE, false]]);
  });

  it('that could not be understood is nothing', () => {
    const call = coughOver();
    expect(phoneOrders(call.tell({ type: 'caller_words_failed', itemId: 'u1' }))).toEqual([{ type: 'resume' }]);
  });

  it.each([['Stop.'], ['No.'], ['Tuesday?'], ['Yes, at two.']])('that says "%s" is a turn, and is answered', (said) => {
    const call = coughOver();
    const effects = call.tell(words('u1', said));
    expect(phoneOrders(effects)).toEqual([{ type: 'stay' }, { type: 'interrupt' }]);
    expect(orderTypes(effects)).toEqual(['cut', 'respond']);
    expect(turns(effects)).toEqual([[3, 'customer', said, false]]);
  });

  it('whose words are late lets her go on; words that ask for something stop her all the same', () => {
    const call = coughOver();
    expect(phoneOrders(call.wait(FACTS.limits.wordsMs))).toEqual([{ type: 'resume' }]);
    expect(orderTypes(call.tell(words('u1', 'Wait a moment.')))).toEqual(['cut', 'respond']);
  });

  it('whose words never come is forgotten in the end', () => {
    const call = coughOver();
    expect(orders(call.wait(10 * FACTS.limits.wordsMs))).toEqual([{ type: 'forget', itemId: 'u1' }]);
    expect(call.tell(words('u1', 'Hello?'))).toEqual([]);
  });

  it('over her very last words is an answer, though it is but a nod', () => {
    const call = greeted();
    begins(call, 'b', 'Shall I book it?');
    call.tell(speechStarted, paused('b', 1_400, 2_000), { type: 'caller_speech_stopped', speechMs: 300 });
    expect(orderTypes(call.tell(committed('u1'), words('u1', 'Yes.')))).toEqual(['cut', 'respond']);
  });

  it('while she thinks is an answer, though it is but a nod', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell(speechStarted, { type: 'caller_speech_stopped', speechMs: 300 }, committed('u2'));
    expect(orderTypes(call.tell(words('u2', 'Yes.')))).toEqual(['cut', 'respond']);
  });

  it('keeps no tool’s answer from the caller', () => {
    const call = greeted();
    call.tell(toolRequested('c1'), speechStarted);
    expect(orderTypes(call.tell(toolAnswered('c1')))).toEqual(['tool_result']);
    call.tell({ type: 'caller_speech_stopped', speechMs: 200 }, committed('u1'));
    expect(orderTypes(call.tell(words('u1', '')))).toEqual(['forget', 'respond']);
  });

  it('does not keep a call from ending', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    begins(call, 'bye', 'Goodbye!');
    call.tell(toolRequested('e', 'end_call'), speechStarted, toolAnswered('e', ENDING), responseEnded());
    call.tell({ type: 'caller_speech_stopped', speechMs: 200 }, committed('u2'));
    expect(phoneOrders(call.tell(words('u2', '')))).toEqual([
      { type: 'resume' },
      { type: 'hang_up', afterPlayback: true },
    ]);
  });

  it('that is followed by another one was meant', () => {
    const call = coughOver();
    const effects = call.tell(speechStarted);
    expect(orderTypes(effects)).toEqual(['cut', 'respond']);
    expect(turns(call.tell(words('u1', 'Um')))).toEqual([[3, 'customer', 'Um', false]]);
  });

  it('may last as long as the clinic says', () => {
    const patient = { ...radiance, conversation: { ...radiance.conversation, bargeInMs: 2_000 } };
    const call = greeted({ ...FACTS, clinic: patient });
    begins(call, 'b', LONG_SENTENCE);
    call.tell(speechStarted);
    expect(call.wait(2_500)).toEqual([]);
    expect(phoneOrders(call.wait(200))).toEqual([{ type: 'stay' }, { type: 'interrupt' }]);
  });
});

describe('a greeting that the caller speaks into', () => {
  const greeting = PHRASES.greeting;

  it('before they heard that Ava is an AI has that said again, while the model thinks', () => {
    const call = newConversation();
    call.tell({ type: 'phone_opened' });
    begins(call, 'g', greeting);
    bargesIn(call);
    call.tell(cutAt('g', 300));
    expect(orders(call.tell(committed('u1')))).toEqual([
      { type: 'say', sentence: PHRASES.disclosure },
      { type: 'respond' },
    ]);
    says(call, 'b', PHRASES.disclosure);
    callerSpeaks(call, 'u2');
    expect(call.state.undisclosed).toBe(false);
  });

  it('after that is not said again', () => {
    const call = newConversation();
    call.tell({ type: 'phone_opened' });
    begins(call, 'g', greeting);
    bargesIn(call);
    call.tell(cutAt('g', 900));
    expect(orderTypes(call.tell(committed('u1')))).toEqual(['respond']);
  });

  it('before a word of it was heard has it said too', () => {
    const call = newConversation();
    call.tell({ type: 'phone_opened' });
    bargesIn(call);
    expect(orderTypes(call.tell(committed('u1')))).toEqual(['say', 'respond']);
  });
});

describe('the heard part of a cut sentence', () => {
  it('ends at a whole word', () => {
    const text = 'I have two o’clock on Tuesday.';
    expect(heardText(text, 0)).toBe('');
    expect(heardText(text, 1)).toBe(text);
    expect(heardText(text, 0.5)).toBe('I have two');
    expect(heardText(text, 0.02)).toBe('');
    expect(heardText(text, 0.04)).toBe('I');
    expect(heardText('  spaced   out  ', 1)).toBe('spaced out');
  });

  it('is no more than the whole, and no less than nothing', () => {
    expect([heardText('Hello there', 7), heardText('Hello there', -1), heardText('', 1)]).toEqual([
      'Hello there',
      '',
      '',
    ]);
  });

  it('is not measured by audio that is still to be made: text runs ahead of it', () => {
    const call = greeted();
    const text = 'We are open Monday to Saturday from nine to six, and on Sunday from ten to four.';
    begins(call, 'b', text);
    bargesIn(call);
    const [turn] = turns(call.tell(cutAt('b', 900, false)));
    expect(turn).toEqual([2, 'assistant', 'We are open', true]);
  });

  it('is nothing where nothing was heard: no turn is recorded', () => {
    const call = greeted();
    begins(call, 'b', 'We are open.');
    bargesIn(call);
    expect(turns(call.tell(cutAt('b', 0)))).toEqual([]);
  });

  it('is all of it where it was heard to its end while the next was being made', () => {
    const call = greeted();
    begins(call, 'b', 'One moment.');
    bargesIn(call);
    expect(turns(call.tell(cutAt('b', 1_000)))).toEqual([[2, 'assistant', 'One moment.', false]]);
  });

  it('is the text in the end, whichever way it came', () => {
    const call = greeted();
    call.tell({ type: 'response_started' }, playback('b'));
    for (const text of ['We ', 'are ', 'opne']) call.tell({ type: 'words_delta', itemId: 'b', text });
    call.tell({ type: 'words', itemId: 'b', text: 'We are open.' });
    expect(turns(call.tell(finished('b')))).toEqual([[2, 'assistant', 'We are open.', false]]);
  });
});

describe('what Ava makes ahead', () => {
  it('is kept for a bounded number of items, each of bounded length', () => {
    const call = greeted();
    for (let item = 0; item < 30; item++) {
      for (let n = 0; n < 30; n++) call.tell({ type: 'words_delta', itemId: `i${item}`, text: 'x'.repeat(100) });
      call.tell(playback(`p${item}`));
    }
    expect(call.state.saying).toHaveLength(8);
    expect(JSON.stringify(call.state.saying).length).toBeLessThan(20_000);
  });

  it('is no turn where it was never played', () => {
    const call = greeted();
    call.tell({ type: 'words', itemId: 'x', text: 'Never said.' });
    expect(turns(call.tell(finished('x'), finished('unknown')))).toEqual([]);
    expect(turns(says(call, 'b', 'Said.'))).toEqual([[2, 'assistant', 'Said.', false]]);
  });
});
