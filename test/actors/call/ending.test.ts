import { describe, expect, it } from 'vitest';
import type { CallMessage } from '../../../actors/call/messages.ts';
import { ofKind } from '../../support/step-bench.ts';
import {
  bargesIn,
  begins,
  type CallBench,
  callerSpeaks,
  committed,
  cutAt,
  ENDING,
  FACTS,
  finished,
  greeted,
  LONGEST_CALL_MS,
  newConversation,
  orders,
  orderTypes,
  PHRASES,
  phoneOrders,
  recorded,
  responseEnded,
  speechStarted,
  toolAnswered,
  toolRequested,
  turns,
  words,
} from './bench.ts';

const AFTER_PLAYBACK = { type: 'hang_up', afterPlayback: true };
const AT_ONCE = { type: 'hang_up', afterPlayback: false };
const hungUp: CallMessage = { type: 'phone_closed', reason: 'hung_up' };

/** The caller wants nothing more; Ava says goodbye and asks for the end in the same response. */
function parting(): CallBench {
  const call = greeted();
  callerSpeaks(call, 'u1');
  begins(call, 'bye', 'Goodbye!');
  call.tell(toolRequested('e', 'end_call'), toolAnswered('e', ENDING), responseEnded());
  return call;
}

describe('end_call', () => {
  it('hangs up once the sentence under way was made and heard', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    begins(call, 'bye', 'Goodbye!');
    const effects = call.tell(toolRequested('e', 'end_call'), toolAnswered('e', ENDING));
    expect([phoneOrders(effects), orderTypes(effects)]).toEqual([[], ['tool_result']]);
    expect(phoneOrders(call.tell(responseEnded()))).toEqual([AFTER_PLAYBACK]);
    expect(call.state.mode).toBe('parting');
  });

  it('hangs up also where the response ended before the tool answered', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    begins(call, 'bye', 'Goodbye!');
    call.tell(toolRequested('e', 'end_call'), responseEnded());
    expect(phoneOrders(call.tell(toolAnswered('e', ENDING)))).toEqual([AFTER_PLAYBACK]);
  });

  it('without a goodbye has one said first', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    const effects = call.tell(toolRequested('e', 'end_call'), toolAnswered('e', ENDING));
    expect(orders(effects).at(-1)).toEqual({ type: 'say', sentence: PHRASES.goodbye });
    expect(call.state.mode).toBe('talking');
    expect(phoneOrders([...begins(call, 'bye', 'Goodbye!'), ...call.tell(responseEnded())])).toEqual([AFTER_PLAYBACK]);
  });

  it('hangs up also where the goodbye could not be said', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell(toolRequested('e', 'end_call'), toolAnswered('e', ENDING), { type: 'response_started' });
    expect(phoneOrders(call.tell(responseEnded('failed')))).toEqual([AFTER_PLAYBACK]);
  });

  it('waits for the tools behind it', () => {
    const call = parting();
    const other = greeted();
    begins(other, 'bye', 'Goodbye!');
    other.tell(toolRequested('e', 'end_call'), toolRequested('t'), toolAnswered('e', ENDING));
    expect(phoneOrders(other.tell(responseEnded()))).toEqual([]);
    expect(phoneOrders(other.tell(toolAnswered('t')))).toEqual([AFTER_PLAYBACK]);
    expect(call.state.mode).toBe('parting');
  });

  it('is taken back by a caller who speaks again, and the call goes on for as long as it takes', () => {
    const call = parting();
    expect(phoneOrders(bargesIn(call))).toEqual([{ type: 'stay' }, { type: 'interrupt' }]);
    expect(call.state).toMatchObject({ mode: 'talking', dealings: { ending: false } });
    call.tell(cutAt('bye', 300), committed('u2'));
    expect(phoneOrders(call.wait(FACTS.limits.farewellMs * 2))).toEqual([]);
  });

  it('is taken back also while the goodbye is still to be said', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell(toolRequested('e', 'end_call'), toolAnswered('e', ENDING));
    bargesIn(call);
    call.tell(committed('u2'));
    expect(phoneOrders(call.tell(responseEnded('cancelled')))).toEqual([]);
  });

  it('does not hang up on a caller who began to speak before it was answered', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    begins(call, 'bye', 'Goodbye!');
    call.tell(toolRequested('e', 'end_call'));
    bargesIn(call);
    call.tell(cutAt('bye', 300));
    expect(phoneOrders(call.tell(toolAnswered('e', ENDING), responseEnded('cancelled')))).toEqual([]);
    expect(orderTypes(call.tell(committed('u2')))).toEqual(['respond']);
  });

  it('can be asked for again after it was taken back', () => {
    const call = parting();
    bargesIn(call);
    call.tell(cutAt('bye', 300), committed('u2'));
    begins(call, 'bye2', 'Goodbye then!');
    expect(phoneOrders(call.tell(toolRequested('f', 'end_call'), toolAnswered('f', ENDING), responseEnded()))).toEqual([
      AFTER_PLAYBACK,
    ]);
  });

  it('hangs up at once where the last sentence never comes to its end', () => {
    const call = parting();
    expect(phoneOrders(call.wait(FACTS.limits.farewellMs - 1))).toEqual([]);
    expect(phoneOrders(call.wait(1))).toEqual([AT_ONCE]);
  });
});

describe('the end of a call', () => {
  const modes: Record<string, () => CallBench> = {
    'before it began': newConversation,
    'in silence': greeted,
    'while the caller speaks': () => {
      const call = greeted();
      call.tell(speechStarted);
      return call;
    },
    'while the model thinks': () => {
      const call = greeted();
      callerSpeaks(call, 'u1');
      return call;
    },
    'while Ava speaks': () => {
      const call = greeted();
      begins(call, 'b', 'We are open.');
      return call;
    },
    'while a tool runs': () => {
      const call = greeted();
      call.tell(toolRequested('c1'), toolRequested('c2'));
      return call;
    },
    'while Ava parts': parting,
    'without a model': () => {
      const call = greeted();
      call.tell({ type: 'model_lost', kind: 'closed', retrying: false });
      return call;
    },
  };
  const late: readonly CallMessage[] = [
    hungUp,
    { type: 'phone_closed', reason: 'stop' },
    { type: 'shut_down', reason: 'drain' },
    { type: 'model_lost', kind: 'closed', retrying: false },
    { type: 'tool_answered', callId: 'c1', outcome: { answer: { success: true }, changes: ENDING } },
    { type: 'hold_answered', slotId: 'slot_1', result: 'taken' },
    speechStarted,
    words('u1', 'Hello?'),
    responseEnded(),
    finished('b'),
    toolRequested('z'),
  ];

  it.each(Object.entries(modes))('closes the record exactly once: %s', (_name, given) => {
    for (const end of [hungUp, late[1], late[2]]) {
      if (!end) continue;
      const call = given();
      const effects = [...call.tell(end, ...late), ...call.wait(3_600_000)];
      expect(recorded(effects).filter((entry) => entry.kind === 'ended')).toHaveLength(1);
      expect(ofKind(effects, 'event').filter((event) => event.name === 'call.ended')).toHaveLength(1);
      expect(ofKind(effects, 'finished')).toHaveLength(1);
      expect(ofKind(effects, 'release')).toHaveLength(1);
      expect(orderTypes(effects)).toEqual(['close']);
      expect(effects.at(-1)?.kind).toBe('finished');
      expect(call.state).toMatchObject({ mode: 'ended', deadlines: {}, tools: [], saying: [], awaited: [] });
    }
  });

  it.each([
    ['stop', 'caller_stop', 'hang_up'],
    ['broken', 'caller_broken', 'staff'],
    ['hung_up', 'ava', 'hang_up'],
  ] as const)('says who ended it, and what becomes of the caller: %s', (reason, endedBy, next) => {
    const effects = greeted().tell({ type: 'phone_closed', reason });
    expect(recorded(effects)).toMatchObject([{ kind: 'ended', endedBy, outcome: 'abandoned' }]);
    expect(ofKind(effects, 'finished')).toEqual([{ kind: 'finished', next }]);
  });

  it('tells how long it took', () => {
    const call = greeted();
    call.wait(61_000);
    expect(ofKind(call.tell(hungUp), 'event')).toMatchObject([{ name: 'call.ended', event: { durationMs: 61_000 } }]);
  });

  it('hands the caller to staff where we shut down', () => {
    const effects = greeted().tell({ type: 'shut_down', reason: 'drain' });
    expect(recorded(effects)).toMatchObject([{ endedBy: 'drain', outcome: 'failed' }]);
    expect(ofKind(effects, 'finished')).toEqual([{ kind: 'finished', next: 'staff' }]);
  });

  it('counts what was done over how it ended', () => {
    const call = greeted();
    const booked = { type: 'booked', appointmentId: 'a', slotId: 'slot_1' } as const;
    call.tell(toolRequested('c1'), toolAnswered('c1', [booked]), {
      type: 'model_lost',
      kind: 'closed',
      retrying: false,
    });
    expect(recorded(call.tell(hungUp))).toMatchObject([{ outcome: 'appointment_scheduled', endedBy: 'failure' }]);
  });
});

describe('a caller who hangs up while a tool runs', () => {
  const booked = { type: 'booked', appointmentId: 'a', slotId: 'slot_1' } as const;
  const gone: CallMessage = { type: 'phone_closed', reason: 'stop' };

  it('costs no model session meanwhile, and the record says what the tool did', () => {
    const call = greeted();
    call.tell(toolRequested('c1', 'book_appointment'));
    const closing = call.tell(gone);
    expect(orderTypes(closing)).toEqual(['close']);
    expect(recorded(closing)).toEqual([]);
    const effects = call.tell(toolAnswered('c1', [booked]));
    expect(recorded(effects)).toMatchObject([
      { kind: 'tool_call', name: 'book_appointment', success: true },
      { kind: 'ended', endedBy: 'caller_stop', outcome: 'appointment_scheduled' },
    ]);
    expect(ofKind(effects, 'finished')).toEqual([{ kind: 'finished', next: 'hang_up' }]);
  });

  it('is not waited for longer than the tool may take', () => {
    const call = greeted();
    call.tell(toolRequested('c1'), toolRequested('c2'), gone);
    const effects = call.wait(FACTS.limits.toolMs);
    expect(recorded(effects)).toMatchObject([{ kind: 'tool_call', error: 'timeout' }, { kind: 'ended' }]);
    expect(ofKind(effects, 'finished')).toHaveLength(1);
    expect(call.state.mode).toBe('ended');
  });

  it('is let go at once where the node stops', () => {
    const call = greeted();
    call.tell(toolRequested('c1'), gone);
    const effects = call.tell({ type: 'shut_down', reason: 'drain' });
    expect(recorded(effects)).toMatchObject([{ kind: 'ended' }]);
  });
});

describe('a call without a model', () => {
  it('closes the line at once, and staff are dialled', () => {
    const call = greeted();
    begins(call, 'b', 'We are');
    expect(phoneOrders(call.tell({ type: 'model_lost', kind: 'fatal', retrying: false }))).toEqual([AT_ONCE]);
    const effects = call.tell(cutAt('b', 1_000, false), hungUp);
    expect(turns(effects)).toEqual([[2, 'assistant', 'We are', true]]);
    expect(recorded(effects).at(-1)).toMatchObject({ kind: 'ended', endedBy: 'failure', outcome: 'failed' });
    expect(ofKind(effects, 'finished')).toEqual([{ kind: 'finished', next: 'staff' }]);
  });

  it('tells of a response that failed, and goes on', () => {
    const call = greeted();
    expect(ofKind(call.tell(responseEnded('failed')), 'event')).toMatchObject([
      { name: 'response.ended', event: { status: 'failed' } },
      { name: 'model.error' },
    ]);
    expect(call.state.mode).toBe('talking');
  });
});

describe('the longest call', () => {
  it('is warned of in a pause a minute before, told that time is up, and ended when the farewell is over', () => {
    const call = greeted();
    begins(call, 'b', 'A very long story.');
    expect(orders(call.wait(LONGEST_CALL_MS - FACTS.limits.warningMs))).toEqual([]);
    call.tell(responseEnded(), finished('b'));
    expect(orders(call.wait(1_000))).toEqual([{ type: 'say', sentence: PHRASES.timeIsShort }]);
    begins(call, 'c', 'Another one.');
    expect(orders(call.wait(FACTS.limits.warningMs - 1_000))).toEqual([{ type: 'say', sentence: PHRASES.timeIsUp }]);
    expect(phoneOrders(call.wait(FACTS.limits.farewellMs))).toEqual([AT_ONCE]);
  });

  it('is not warned of in its last moments', () => {
    const call = greeted();
    begins(call, 'b', 'A very long story.');
    call.wait(LONGEST_CALL_MS - 5_000);
    call.tell(responseEnded(), finished('b'));
    expect(orders(call.wait(4_000))).toEqual([]);
  });

  it('cannot be talked longer', () => {
    const call = greeted();
    begins(call, 'b', 'A very long story.');
    call.wait(LONGEST_CALL_MS);
    callerSpeaks(call, 'u1');
    begins(call, 'bye', 'Goodbye!');
    call.tell(toolRequested('e', 'end_call'), toolAnswered('e', ENDING), responseEnded());
    bargesIn(call);
    expect(phoneOrders(call.wait(FACTS.limits.farewellMs - 1_000))).toEqual([AT_ONCE]);
  });
});
