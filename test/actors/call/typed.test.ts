/** Turns that were typed: what holds for spoken words holds for them. */
import { describe, expect, it } from 'vitest';
import {
  bargesIn,
  begins,
  callerSpeaks,
  committed,
  eventNames,
  finished,
  greeted,
  orders,
  orderTypes,
  PHRASES,
  paused,
  phoneOrders,
  responseEnded,
  slots,
  turns,
  words,
} from './bench.ts';

const commits = (commit: 'turn' | 'taken' | 'nothing') => ({ type: 'caller_commits', commit }) as const;
const typed = (text: string) => ({ type: 'caller_typed', text }) as const;

function atScreen() {
  const call = greeted();
  call.state = { ...call.state, identity: { ...call.state.identity, channel: 'web', callSid: null } };
  return call;
}

describe('a turn that was typed', () => {
  it('is recorded, told to the model and answered', () => {
    const call = atScreen();
    const effects = call.tell(typed('I would like Botox.'));
    expect(turns(effects)).toEqual([[2, 'customer', 'I would like Botox.', false]]);
    expect(orders(effects).slice(-2)).toEqual([
      { type: 'caller_text', text: 'I would like Botox.' },
      { type: 'respond' },
    ]);
    expect(eventNames(effects)).toEqual(['turn.committed', 'turn.caller']);
    expect(call.state).toMatchObject({ callerTurns: 1, answered: false });
  });

  it('holds the time that it chooses', () => {
    const call = atScreen();
    call.tell({ type: 'tool_requested', callId: 't', name: 'check_availability', argumentsText: '{}' });
    call.tell({
      type: 'tool_answered',
      callId: 't',
      outcome: { answer: { success: true }, changes: [{ type: 'offered', slots: slots(3), exact: null }] },
    });
    const effects = call.tell(typed('The second one, please.'));
    expect(effects.filter((effect) => effect.kind === 'hold')).toHaveLength(1);
  });

  it('that is an emergency sends its caller to the emergency services: nobody is put through from a screen', () => {
    const call = atScreen();
    const effects = call.tell(typed("I can't breathe."));
    expect(orders(effects)).toContainEqual({ type: 'say', sentence: PHRASES.emergencyAlone });
    expect(orderTypes(effects)).not.toContain('respond');
    expect(call.state.mode).toBe('talking');
  });
});

describe('a turn that the caller ends by hand', () => {
  const AGAIN = { type: 'say', sentence: PHRASES.notUnderstood };

  it('is for the service to make', () => {
    expect(orders(atScreen().tell(commits('turn')))).toEqual([{ type: 'commit' }]);
  });

  it('with nothing in it is asked for again, though another one is being answered', () => {
    const call = atScreen();
    expect(orders(call.tell(commits('nothing')))).toEqual([AGAIN]);
    callerSpeaks(call, 'u1');
    expect(orders(call.tell(commits('nothing')))).toEqual([AGAIN]);
  });

  it.each([commits('taken'), { type: 'commit_refused' } as const])(
    'is asked for again in silence only: %o',
    (message) => {
      const call = atScreen();
      callerSpeaks(call, 'u1');
      expect(call.tell(message)).toEqual([]);
      begins(call, 'a', 'At nine.');
      expect(call.tell(message)).toEqual([]);
      call.tell(responseEnded(), finished('a'));
      expect(orders(call.tell(message))).toEqual([AGAIN]);
    },
  );
});

/** The caller's commit crossed the service's own end of their turn. */
function crossed() {
  const call = atScreen();
  callerSpeaks(call, 'u1');
  return { call, effects: call.tell(committed('silence')) };
}

describe('a turn without a voice, made of the silence behind one that is being answered', () => {
  it('is none: the service forgets it, and nothing is answered twice', () => {
    const { call, effects } = crossed();
    begins(call, 'a', 'At nine.');
    const dismissed = call.tell(words('silence', ''));
    expect([orders(effects), orders(dismissed)]).toEqual([[], [{ type: 'forget', itemId: 'silence' }]]);
    expect([call.state.callerTurns, call.state.doubt, phoneOrders(dismissed)]).toEqual([1, null, []]);
  });

  it('is none either where its words never come', () => {
    const { call } = crossed();
    begins(call, 'a', 'At nine.');
    call.wait(60_000);
    expect([call.state.callerTurns, call.state.doubt]).toEqual([1, null]);
  });

  it('is one after all where it has words', () => {
    const { call } = crossed();
    const effects = call.tell(words('silence', 'And at ten?'));
    expect(turns(effects)).toEqual([[3, 'customer', 'And at ten?', false]]);
    expect(orders(effects)).toContainEqual({ type: 'respond' });
  });
});

it('keeps the answer to a caller who took the floor for when their line is back', () => {
  const call = atScreen();
  begins(call, 'a', 'We are open from nine to six.');
  call.tell({ type: 'line_lost', played: null });
  const taken = bargesIn(call);
  expect(phoneOrders(taken).slice(-2)).toEqual([{ type: 'interrupt' }, { type: 'pause' }]);
});

it('plays nothing into a line that is lost: a sound that was nothing leaves it paused until the line is back', () => {
  const call = atScreen();
  begins(call, 'a', 'We are open from nine to six.');
  call.tell({ type: 'caller_speech_started' }, paused('a', 500, 3_000));
  call.wait(800);
  call.tell({ type: 'caller_speech_stopped', speechMs: 300 }, committed('c'));
  call.tell({ type: 'line_lost', played: null });
  const dismissed = call.tell(words('c', ''));
  expect(phoneOrders(dismissed)).not.toContainEqual({ type: 'resume' });
  expect(phoneOrders(call.tell({ type: 'line_back' }))).toContainEqual({ type: 'resume' });
});
