import { describe, expect, it } from 'vitest';
import type { CallEffect } from '../../../actors/call/effects.ts';
import type { CallMessage } from '../../../actors/call/messages.ts';
import { REHEARD_MS } from '../../../actors/call/model-link.ts';
import type { HistoryItem } from '../../../actors/model/messages.ts';
import {
  askedFor,
  begins,
  type CallBench,
  callerSpeaks,
  committed,
  cutAt,
  ENDING,
  finished,
  greeted,
  newConversation,
  orders,
  orderTypes,
  PHRASES,
  phoneOrders,
  responseEnded,
  says,
  speechStarted,
  toolAnswered,
  toolRequested,
  turns,
  words,
} from './bench.ts';

type Lost = Extract<CallMessage, { type: 'model_lost' }>;

const lost = (more: Partial<Lost> = {}): CallMessage => ({
  type: 'model_lost',
  kind: 'closed',
  retrying: true,
  ...more,
});
const unfinished = (itemId: string, sentMs: number, sentence: string | null = null): CallMessage =>
  lost({ due: sentence === null, unfinished: { itemId, sentMs, sentence } });
const ready: CallMessage = { type: 'model_ready', first: false };
const missed: CallMessage = { type: 'model_ready', first: false, missed: true };
const again = (itemId: string): CallMessage => ({ type: 'caller_turn_committed', itemId, again: true });

/** What the new session was told of what came before. */
function told(effects: readonly CallEffect[]): string[] {
  return orders(effects).flatMap((order) => (order.type === 'restore' ? order.history.map(inWords) : []));
}

function inWords(item: HistoryItem): string {
  return item.kind === 'tool' ? `${item.name} ${item.output}` : `${item.kind}: ${item.text}`;
}

/** A caller's turn with its words, and the answer asked for. */
function asks(call: CallBench, itemId: string, text: string): void {
  callerSpeaks(call, itemId);
  call.tell(words(itemId, text));
}

describe('a session that is lost while she listens', () => {
  it('is told to the next one as it was said and heard, and nothing is asked of it', () => {
    const call = greeted();
    asks(call, 'u', 'When are you open?');
    says(call, 'a', 'We are open from nine to six.');
    const effects = call.tell(lost(), ready);
    expect(told(effects)).toEqual([
      'assistant: Thank you for calling.',
      'caller: When are you open?',
      'assistant: We are open from nine to six.',
    ]);
    expect(askedFor(effects)).toEqual([]);
  });

  it('has the caller say again what may have been lost', () => {
    const effects = greeted().tell(lost({ kind: 'timeout' }), missed);
    expect(askedFor(effects)).toEqual([PHRASES.lostYou]);
  });

  it('knows of no session before the first', () => {
    expect(newConversation().tell({ type: 'phone_opened' }, { type: 'model_ready', first: true })).toHaveLength(1);
  });
});

describe('a session that is lost while the caller speaks', () => {
  it('has the next one hear them again, and asks it for nothing before their turn', () => {
    const call = greeted();
    call.tell(speechStarted);
    expect(askedFor(call.tell(lost(), ready))).toEqual([]);
    expect(call.state.callerSpeaksSince).toBeNull();
    expect(askedFor(call.tell(speechStarted, committed('u')))).toEqual(['respond']);
  });

  it('asks them to say it again where it was too long to be kept', () => {
    const call = greeted();
    call.tell(speechStarted);
    expect(askedFor(call.tell(lost(), missed))).toEqual([PHRASES.lostYou]);
  });
});

describe('a turn that the lost session had not put in words', () => {
  it('is heard again behind what came before it, is the same turn, and is answered once', () => {
    const call = greeted();
    callerSpeaks(call, 'u');
    const restored = call.tell(lost({ due: true }), ready);
    expect(told(restored)).toEqual(['assistant: Thank you for calling.']);
    expect(askedFor(restored)).toEqual([]);
    const heard = call.tell({ type: 'caller_speech_started', again: true }, again('v'));
    expect(phoneOrders(heard)).toEqual([]);
    expect(askedFor(heard)).toEqual(['respond']);
    expect(turns(call.tell(words('v', 'When are you open?')))).toEqual([[2, 'customer', 'When are you open?', false]]);
    expect([call.state.turns, call.state.callerTurns]).toEqual([2, 1]);
    expect(call.wait(REHEARD_MS)).toEqual([]);
  });

  it('is not answered again where it was answered, and stands before its answer', () => {
    const call = greeted();
    callerSpeaks(call, 'u');
    call.wait(500);
    begins(call, 'a', 'From nine to six.');
    const effects = call.tell(responseEnded(), lost(), ready, again('v'), finished('a'));
    expect(told(effects)).toEqual(['assistant: Thank you for calling.', 'assistant: From nine to six.']);
    expect(askedFor(effects)).toEqual([]);
    call.tell(words('v', 'When are you open?'));
    expect(told(call.tell(lost(), ready)).slice(1)).toEqual([
      'caller: When are you open?',
      'assistant: From nine to six.',
    ]);
  });

  it('does not have its tool called again', () => {
    const call = greeted();
    callerSpeaks(call, 'u');
    call.tell(toolRequested('c'));
    expect(told(call.tell(lost(), ready, toolAnswered('c')))).toEqual(['assistant: Thank you for calling.']);
    const rest = call.tell(again('v'));
    expect(told(rest)).toEqual(['get_clinic_info {"success":true}']);
    expect(askedFor(rest)).toEqual([]);
  });

  it('is asked for again where the next session does not hear it either, and stands in the record', () => {
    const call = greeted();
    callerSpeaks(call, 'u');
    call.tell(lost({ due: true }), ready);
    const effects = call.wait(REHEARD_MS);
    expect(turns(effects)).toEqual([[2, 'customer', '[inaudible]', false]]);
    expect(askedFor(effects)).toEqual([PHRASES.lostYou]);
    expect(orders(effects).find(({ type }) => type === 'restore')).toMatchObject({ more: false });
  });

  it('is not waited for where it was spoken longer ago than is kept', () => {
    const call = greeted();
    callerSpeaks(call, 'u');
    call.wait(20_000);
    const effects = call.tell(lost({ due: true }), ready);
    expect(turns(effects)).toEqual([[2, 'customer', '[inaudible]', false]]);
    expect(askedFor(effects)).toEqual(['respond']);
  });

  it('stands in the record where the call ends before it is heard again', () => {
    const call = greeted();
    callerSpeaks(call, 'u');
    const effects = call.tell(lost(), { type: 'phone_closed', reason: 'stop' });
    expect(turns(effects)).toEqual([[2, 'customer', '[inaudible]', false]]);
  });

  it('is heard again by the session after the next', () => {
    const call = greeted();
    callerSpeaks(call, 'u');
    call.tell(lost(), ready, lost(), ready);
    expect(askedFor(call.tell(again('w')))).toEqual(['respond']);
  });
});

describe('a session that is lost while she is about to speak', () => {
  it('has the next one answer', () => {
    const call = greeted();
    asks(call, 'u', 'When are you open?');
    expect(askedFor(call.tell(lost({ due: true }), ready))).toEqual(['respond']);
  });

  it('has it answer what a tool said', () => {
    const call = greeted();
    asks(call, 'u', 'When are you open?');
    says(call, 'a', 'Let me see.');
    call.tell(toolRequested('c'), toolAnswered('c'));
    const effects = call.tell(lost({ due: true }), ready);
    expect(orderTypes(effects)).toEqual(['respond', 'restore']);
  });

  it('goes on after a whole sentence that promised more, and not after a question', () => {
    for (const [sentence, expected] of [
      ['Let me see.', ['respond', 'restore']],
      ['Which day would you like?', ['restore']],
    ] as const) {
      const call = greeted();
      asks(call, 'u', 'I would like to come in.');
      begins(call, 'a', sentence);
      expect(orderTypes(call.tell(lost({ due: true }), ready))).toEqual(expected);
    }
  });
});

describe('a session that is lost while she speaks', () => {
  const SENTENCE = 'We are open from nine to six on every day of the week.';

  it('lets what was sent be heard, and has the next one go on after those words', () => {
    const call = greeted();
    asks(call, 'u', 'When are you open?');
    begins(call, 'a', SENTENCE);
    const effects = call.tell(unfinished('a', 1_000), ready);
    expect(phoneOrders(effects)).toEqual([]);
    expect(told(effects).slice(-2)).toEqual([
      'assistant: We are open',
      expect.stringContaining('"We are open" Go on exactly after them'),
    ]);
    expect(askedFor(effects)).toEqual(['respond']);
    expect(turns(call.tell(finished('a', 1_000)))).toEqual([[3, 'assistant', 'We are open', true]]);
  });

  it('has the next one say the rest of a sentence of which every word is known', () => {
    const call = newConversation();
    call.tell({ type: 'phone_opened' });
    begins(call, 'greeting', 'Thank you for');
    const effects = call.tell(unfinished('greeting', 1_000, 'Thank you for calling. How can I help?'), ready);
    expect(askedFor(effects)).toEqual(['calling. How can I help?']);
  });

  it('has it say all of a sentence of which nothing was heard, whatever was said before', () => {
    const call = greeted();
    begins(call, 'b', '');
    expect(askedFor(call.tell(unfinished('b', 20, 'Are you still there?'), ready))).toEqual(['Are you still there?']);
  });

  it('goes on from what was heard where that had been played before the next session was there', () => {
    const call = greeted();
    asks(call, 'u', 'When are you open?');
    begins(call, 'a', SENTENCE);
    const effects = call.tell(unfinished('a', 1_000), finished('a', 1_000), ready);
    expect(told(effects).at(-2)).toBe('assistant: We are open');
    expect(askedFor(effects)).toEqual(['respond']);
  });

  it('does not go on where the caller spoke over it meanwhile', () => {
    const call = greeted();
    begins(call, 'a', SENTENCE);
    const effects = call.tell(lost({ due: false }), speechStarted, cutAt('a', 400), ready);
    expect(askedFor(effects)).toEqual([]);
  });

  it('ends where the call was to end anyway', () => {
    const call = greeted();
    asks(call, 'u', 'Goodbye.');
    begins(call, 'a', 'Goodbye!');
    call.tell(toolRequested('c', 'end_call'), toolAnswered('c', ENDING));
    expect(phoneOrders(call.tell(lost({ due: true })))).toEqual([{ type: 'hang_up', afterPlayback: true }]);
  });
});

describe('a session that is lost while a tool runs', () => {
  it('has its answer told with what was asked, by which the next one goes on', () => {
    const call = greeted();
    asks(call, 'u', 'When are you open?');
    call.tell(toolRequested('c', 'get_clinic_info', '{"topic":"hours"}'));
    expect(askedFor(call.tell(lost({ due: true }), ready))).toEqual([]);
    expect(orders(call.tell(toolAnswered('c')))).toEqual([
      expect.objectContaining({ type: 'tool_result', callId: 'c', argumentsText: '{"topic":"hours"}' }),
      { type: 'respond' },
    ]);
  });

  it('is told the answer with the rest where it came first', () => {
    const call = greeted();
    asks(call, 'u', 'When are you open?');
    call.tell(toolRequested('c'));
    const effects = call.tell(lost({ due: true }), toolAnswered('c'));
    expect(orderTypes(effects)).toEqual(['tool_result', 'respond']);
    expect(told(call.tell(ready)).at(-1)).toBe('get_clinic_info {"success":true}');
  });
});

describe('a session that stands by', () => {
  const standsBy: CallMessage = { type: 'model_stands_by' };

  it('takes over at once where the moment is quiet', () => {
    const effects = greeted().tell(standsBy);
    expect(orders(effects)).toEqual([
      { type: 'take_over', history: [expect.objectContaining({ text: 'Thank you for calling.' })] },
    ]);
  });

  it('waits for the end of a turn, its words, the answer, and its playing', () => {
    const call = greeted();
    call.tell(speechStarted);
    expect(orderTypes(call.tell(standsBy))).toEqual([]);
    expect(orderTypes(call.tell(committed('u')))).toEqual(['respond']);
    expect(orderTypes(begins(call, 'a', 'At nine.'))).toEqual([]);
    expect(orderTypes(call.tell(words('u', 'When?'), responseEnded()))).toEqual([]);
    expect(orderTypes(call.tell(finished('a')))).toEqual(['take_over']);
    expect(orderTypes(call.tell(speechStarted))).not.toContain('take_over');
  });

  it('waits for a tool', () => {
    const call = greeted();
    call.tell(toolRequested('c'));
    expect(orderTypes(call.tell(standsBy))).toEqual([]);
  });
});
