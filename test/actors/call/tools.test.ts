import { describe, expect, it } from 'vitest';
import { ofKind } from '../../support/step-bench.ts';
import {
  bargesIn,
  callerSpeaks,
  committed,
  eventNames,
  FACTS,
  greeted,
  orders,
  orderTypes,
  ran,
  recorded,
  responseEnded,
  slots,
  speechStarted,
  toolAnswered,
  toolRequested,
} from './bench.ts';

const SLOW = FACTS.limits.toolMs;

describe('tools', () => {
  it('run off the conversation, with what is known of it, and their answer is followed by a response', () => {
    const call = greeted();
    const effects = call.tell(toolRequested('c1', 'check_availability', '{"service":"botox"}'));
    expect(effects).toMatchObject([
      { kind: 'event', name: 'tool.started', event: { tool: 'check_availability' } },
      { kind: 'run_tool', callId: 'c1', name: 'check_availability', argumentsText: '{"service":"botox"}' },
    ]);
    call.wait(250);
    const answered = call.tell(toolAnswered('c1', [], { slots: [] }));
    expect(orders(answered)).toEqual([
      {
        type: 'tool_result',
        callId: 'c1',
        name: 'check_availability',
        argumentsText: '{"service":"botox"}',
        output: '{"success":true,"slots":[]}',
      },
      { type: 'respond' },
    ]);
    expect(recorded(answered)).toMatchObject([
      {
        kind: 'tool_call',
        n: 1,
        callId: 'c1',
        arguments: { service: 'botox' },
        success: true,
        error: null,
        tookMs: 250,
      },
    ]);
    expect(eventNames(answered)).toEqual(['tool.finished']);
    expect(call.state.deadlines).not.toHaveProperty('tool');
  });

  it('run one at a time and in order, and one response follows all of them', () => {
    const call = greeted();
    expect(ran(call.tell(toolRequested('c1'), toolRequested('c2'), toolRequested('c3')))).toEqual(['c1']);
    const first = call.tell(toolAnswered('c1'));
    expect([ran(first), orderTypes(first)]).toEqual([['c2'], ['tool_result']]);
    expect(ran(call.tell(toolAnswered('c2')))).toEqual(['c3']);
    expect(orderTypes(call.tell(toolAnswered('c3')))).toEqual(['tool_result', 'respond']);
  });

  it('that answer while their response still goes on are followed by one response to all of them', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell({ type: 'response_started' });
    expect(orderTypes(call.tell(toolRequested('c1'), toolAnswered('c1')))).toEqual(['tool_result']);
    expect(orderTypes(call.tell(toolRequested('c2'), responseEnded()))).toEqual([]);
    expect(orderTypes(call.tell(toolAnswered('c2')))).toEqual(['tool_result', 'respond']);
    call.tell({ type: 'response_started' });
    expect(orderTypes(call.tell(toolRequested('c3'), toolAnswered('c3')))).toEqual(['tool_result']);
    expect(orderTypes(call.tell(responseEnded()))).toEqual(['respond']);
    expect(orderTypes(call.tell({ type: 'response_started' }, responseEnded()))).toEqual([]);
  });

  it('that answered before the caller took the floor are spoken of in the answer to them alone', () => {
    const call = greeted();
    callerSpeaks(call, 'u1');
    call.tell({ type: 'response_started' }, toolRequested('c1'), toolAnswered('c1'));
    const taken = [...bargesIn(call), ...call.tell(responseEnded('cancelled'), committed('u2'))];
    expect(orderTypes(taken).filter((type) => type === 'respond')).toHaveLength(1);
    expect(orderTypes(call.tell({ type: 'response_started' }, responseEnded()))).toEqual([]);
  });

  it('see what the ones before them did', () => {
    const call = greeted();
    call.tell(toolRequested('c1'), toolRequested('c2'));
    const offered = { type: 'offered', slots: slots(2), exact: null } as const;
    const [next] = ofKind(call.tell(toolAnswered('c1', [offered])), 'run_tool');
    expect(next?.dealings.offers.latest).toHaveLength(2);
  });

  it('are not run twice for the same call', () => {
    const call = greeted();
    expect(ran(call.tell(toolRequested('c1'), toolRequested('c1'), toolRequested('c2')))).toEqual(['c1']);
    expect(call.tell(toolRequested('c2'))).toEqual([]);
    expect(ran(call.tell(toolAnswered('c1')))).toEqual(['c2']);
    expect(ran(call.tell(toolAnswered('c2')))).toEqual([]);
  });

  it('are refused where a model asks for too many at once, and the line goes on', () => {
    const call = greeted();
    for (let n = 1; n <= 12; n++) call.tell(toolRequested(`c${n}`));
    const [refusal] = orders(call.tell(toolRequested('c13')));
    expect(refusal).toMatchObject({ type: 'tool_result', callId: 'c13' });
    expect(JSON.stringify(refusal)).toContain('Too much at once');
    for (let n = 1; n <= 12; n++) expect(orderTypes(call.tell(toolAnswered(`c${n}`)))[0]).toBe('tool_result');
    callerSpeaks(call, 'u1');
    expect(ran(call.tell(toolRequested('c18')))).toEqual(['c18']);
  });

  it('are refused where their arguments are a book', () => {
    const call = greeted();
    const effects = call.tell(toolRequested('c1', 'take_message', 'x'.repeat(10_000)));
    expect([ran(effects), orderTypes(effects)]).toEqual([[], ['tool_result']]);
    expect(ran(call.tell(toolRequested('c2')))).toEqual(['c2']);
  });

  it('are recorded also where their arguments were no JSON', () => {
    const call = greeted();
    call.tell(toolRequested('c1', 'get_clinic_info', '{"topic":'));
    expect(recorded(call.tell(toolAnswered('c1')))).toMatchObject([{ kind: 'tool_call', arguments: null }]);
  });

  it('are recorded with their failure', () => {
    const call = greeted();
    call.tell(toolRequested('c1'));
    const answer = { success: false, error: 'slot_taken', user_message: 'Just taken.' } as const;
    const effects = call.tell({ type: 'tool_answered', callId: 'c1', outcome: { answer, changes: [] } });
    expect(recorded(effects)).toMatchObject([{ success: false, error: 'slot_taken', answer }]);
    expect(ofKind(effects, 'event')).toMatchObject([{ event: { result: 'slot_taken' } }]);
  });
});

describe('a tool that takes too long', () => {
  it('is answered for, and the next one runs with its own time', () => {
    const call = greeted();
    call.tell(toolRequested('c1'));
    call.wait(SLOW / 2);
    call.tell(toolRequested('c2'));
    const effects = call.wait(SLOW / 2);
    expect(orders(effects)).toMatchObject([{ type: 'tool_result', callId: 'c1' }]);
    expect(JSON.stringify(orders(effects))).toContain('timeout');
    expect(recorded(effects)).toMatchObject([{ success: false, error: 'timeout', tookMs: SLOW }]);
    expect(ran(effects)).toEqual(['c2']);
    expect(call.wait(SLOW - 1)).toEqual([]);
    expect(orderTypes(call.wait(1))).toEqual(['tool_result', 'respond']);
  });

  it('and did it after all is told to the model as a fact, with its effect on the conversation', () => {
    const call = greeted();
    call.tell(toolRequested('c1', 'book_appointment'));
    call.wait(SLOW);
    expect(call.state.dealings.stuck).toBe('timeout');
    const booked = { type: 'booked', appointmentId: 'a1', slotId: 'slot_1' } as const;
    const effects = call.tell(toolAnswered('c1', [booked], { spoken: 'Tuesday at two' }));
    expect(orderTypes(effects)).toEqual(['note', 'respond']);
    expect(JSON.stringify(orders(effects))).toContain('Tuesday at two');
    expect(call.state.dealings).toMatchObject({ stuck: null, booked: [{ appointmentId: 'a1', slotId: 'slot_1' }] });
  });

  it('and did it after all is told without talking over a caller who speaks', () => {
    const call = greeted();
    call.tell(toolRequested('c1', 'book_appointment'));
    call.wait(SLOW);
    call.tell(speechStarted);
    const booked = { type: 'booked', appointmentId: 'a1', slotId: 'slot_1' } as const;
    expect(orderTypes(call.tell(toolAnswered('c1', [booked])))).toEqual(['note']);
  });

  it('and failed, or did nothing, is not worth a word', () => {
    const call = greeted();
    call.tell(toolRequested('c1'));
    call.wait(SLOW);
    const answer = { success: false, error: 'internal_error', user_message: 'Sorry.' } as const;
    expect(call.tell({ type: 'tool_answered', callId: 'c1', outcome: { answer, changes: [] } })).toEqual([]);
    expect(call.tell(toolAnswered('c1'), toolAnswered('never asked'))).toEqual([]);
  });

  it('does not disturb the one that runs now', () => {
    const call = greeted();
    call.tell(toolRequested('c1'));
    call.wait(SLOW);
    call.tell(toolRequested('c2'));
    expect(orderTypes(call.tell(toolAnswered('c1')))).toEqual([]);
    expect(orders(call.tell(toolAnswered('c2')))[0]).toMatchObject({ type: 'tool_result', callId: 'c2' });
  });

  it('counts the calls it was asked for on', () => {
    const call = greeted();
    const effects = ['c1', 'c2', 'c3'].flatMap((id) => call.tell(toolRequested(id), toolAnswered(id)));
    expect(recorded(effects).map((entry) => entry.kind === 'tool_call' && entry.n)).toEqual([1, 2, 3]);
  });
});
