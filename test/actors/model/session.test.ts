import { describe, expect, it } from 'vitest';
import { MODEL_LIMITS } from '../../../actors/model/state.ts';
import { ofKind } from '../../support/step-bench.ts';
import {
  asked,
  audio,
  connecting,
  cut,
  ended,
  lost,
  ready,
  readyModel,
  respond,
  say,
  sent,
  speaking,
  started,
  toldTypes,
} from './bench.ts';

const note = (text: string) => ({ type: 'note', text }) as const;
const result = (callId: string) =>
  ({ type: 'tool_result', callId, name: 'x', argumentsText: '{}', output: '{}' }) as const;
const CLOSED = { mode: 'closed', deadlines: {}, wanted: [], waiting: [] };

describe('what is asked before the session is there', () => {
  it('waits, and goes out in order: facts first, then one response', () => {
    const model = connecting();
    expect(model.tell({ type: 'connected' }, say('Hello.'), note('1'), result('c'), note('2'))).toEqual([]);
    const effects = sent(model.tell(ready));
    expect(effects).toEqual([
      { type: 'note', text: '1' },
      { type: 'tool_output', callId: 'c', output: '{}' },
      { type: 'note', text: '2' },
      { type: 'create_response', sentence: 'Hello.' },
    ]);
    expect(model.state.waiting).toEqual([]);
  });

  it('waits in a bounded line', () => {
    const model = connecting();
    for (let n = 1; n <= 100; n++) model.tell(note(`${n}`));
    expect(sent(model.tell(ready))).toHaveLength(MODEL_LIMITS.waiting);
  });

  it('is not cut over the wire', () => {
    const model = connecting();
    model.tell(say('Hello.'));
    expect(model.tell(cut('a', 10), cut())).toEqual([]);
    expect(sent(model.tell(ready))).toEqual([]);
  });

  it('goes out at once afterwards', () => {
    expect(sent(readyModel().tell(note('1'), result('c')))).toHaveLength(2);
  });

  it('is not sent twice where the session says again that it is ready', () => {
    const model = connecting();
    model.tell(note('1'), respond, ready);
    expect(model.tell(ready)).toEqual([]);
    expect(model.state.deadlines).toHaveProperty('response');
  });
});

describe('a model that is lost', () => {
  it('is told once, and its line is let go', () => {
    const model = speaking();
    const effects = model.tell(lost);
    expect(effects.map((effect) => effect.kind)).toEqual(['error', 'disconnect', 'tell_call']);
    expect(ofKind(effects, 'tell_call')[0]?.message).toEqual({ type: 'model_lost', kind: 'closed', retrying: false });
    expect(model.tell(lost, respond, note('x'), cut('a', 1), audio('a'), ended(), ready)).toEqual([]);
    expect(model.state).toMatchObject(CLOSED);
  });

  it('is not told of after a close of ours', () => {
    const model = speaking();
    model.tell(say('x'), note('y'));
    expect(model.tell({ type: 'close' })).toEqual([{ kind: 'disconnect' }]);
    expect(model.tell(lost, { type: 'close' })).toEqual([]);
    expect(model.state).toMatchObject(CLOSED);
    expect(model.wait(3_600_000)).toEqual([]);
  });

  it('did not connect in time', () => {
    const model = connecting();
    model.tell({ type: 'connected' });
    expect(model.wait(MODEL_LIMITS.connectMs - 1)).toEqual([]);
    const effects = model.wait(1);
    expect(ofKind(effects, 'error')).toEqual([{ kind: 'error', error: 'timeout', code: 'connect' }]);
    expect(toldTypes(effects)).toEqual(['model_lost']);
    expect(model.tell(ready)).toEqual([]);
  });

  it('did not begin a response in time', () => {
    const model = readyModel();
    model.wait(3_600_000);
    model.tell(respond);
    expect(model.wait(MODEL_LIMITS.responseMs - 1)).toEqual([]);
    expect(ofKind(model.wait(1), 'error')).toEqual([{ kind: 'error', error: 'timeout', code: 'response' }]);
  });

  it('fell silent in the middle of a response', () => {
    const model = speaking();
    for (let spoken = 0; spoken < 20; spoken++) {
      expect(toldTypes(model.wait(MODEL_LIMITS.responseMs - 1))).toEqual([]);
      model.tell(audio('a'));
    }
    expect(toldTypes(model.wait(MODEL_LIMITS.responseMs))).toEqual(['model_lost']);
  });

  it('is not one that has nothing to say', () => {
    const model = speaking();
    model.tell(ended());
    expect(model.wait(3_600_000)).toEqual([]);
    expect(asked(model.tell(respond))).toEqual([null]);
  });

  it('did not answer a cancel', () => {
    const model = speaking();
    model.tell(cut());
    expect(toldTypes(model.wait(MODEL_LIMITS.responseMs))).toEqual(['model_lost']);
  });
});

describe('a caller’s turn', () => {
  it('is told to the call as it comes', () => {
    const model = readyModel();
    const reports = [
      { type: 'caller_speech_started', itemId: 'u' },
      { type: 'caller_speech_stopped', itemId: 'u', speechMs: null },
      { type: 'caller_turn_committed', itemId: 'u' },
      { type: 'caller_words', itemId: 'u', text: 'Hello' },
      { type: 'caller_words_failed', itemId: 'v' },
    ] as const;
    expect(toldTypes(model.tell(...reports))).toEqual(reports.map((report) => report.type));
    expect(toldTypes(model.tell(started()))).toEqual(['response_started']);
  });
});
