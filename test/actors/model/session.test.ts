import { describe, expect, it } from 'vitest';
import { MODEL_LIMITS, ROTATION } from '../../../actors/model/state.ts';
import { ofKind } from '../../support/step-bench.ts';
import {
  asked,
  audio,
  connecting,
  cut,
  ended,
  goingOn,
  heardOnly,
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
      { type: 'tool_call', callId: 'c', name: 'x', argumentsText: '{}' },
      { type: 'tool_output', callId: 'c', output: '{}' },
      { type: 'note', text: '2' },
      { type: 'create_response', sentence: 'Hello.' },
    ]);
    expect(model.state.waiting).toEqual([]);
  });

  it('makes a turn that the caller ended by hand once they are heard', () => {
    const model = connecting();
    expect(model.tell({ type: 'commit' }, { type: 'commit' })).toEqual([]);
    const effects = model.tell(ready).filter(({ kind }) => kind === 'let_hear' || kind === 'send');
    expect(effects).toEqual([{ kind: 'let_hear' }, { kind: 'send', command: { type: 'commit_audio' } }]);
    expect(sent(model.tell({ type: 'commit' }))).toEqual([{ type: 'commit_audio' }]);
  });

  it('waits in a bounded line', () => {
    const model = connecting();
    for (let n = 1; n <= 100; n++) model.tell(note(`${n}`));
    expect(sent(model.tell(ready))).toHaveLength(MODEL_LIMITS.waiting);
  });

  it('is not cut over the wire', () => {
    const model = connecting();
    model.tell(say('Hello.'));
    expect(model.tell(heardOnly('a', 10), cut)).toEqual([]);
    expect(sent(model.tell(ready))).toEqual([]);
  });

  it('goes out at once afterwards', () => {
    expect(sent(readyModel().tell(note('1'), note('2')))).toHaveLength(2);
  });

  it('is not sent twice where the session says again that it is ready', () => {
    const model = connecting();
    model.tell(note('1'), respond, ready);
    expect(model.tell(ready)).toEqual([]);
    expect(model.state.deadlines).toHaveProperty('response');
  });
});

describe('the first session of a call that goes on', () => {
  const connected = { type: 'connected', missed: true } as const;

  it('is told what came before as soon as it is connected, and asked for what is due', () => {
    const model = goingOn();
    expect(ofKind(model.tell(connected), 'tell_call')).toEqual([
      { kind: 'tell_call', message: { type: 'model_ready', first: false, missed: true } },
    ]);
    const history = [{ kind: 'caller', text: 'Botox, please.' }] as const;
    expect(sent(model.tell(respond, { type: 'restore', history }))).toEqual([
      { type: 'caller_text', text: 'Botox, please.' },
      { type: 'create_response', sentence: null },
    ]);
    expect(model.tell(ready)).toEqual([]);
    expect(model.wait(MODEL_LIMITS.connectMs)).not.toContainEqual(expect.objectContaining({ code: 'connect' }));
  });

  it('is lost all the same where its settings do not stand in time', () => {
    const model = goingOn();
    model.tell(connected, { type: 'restore', history: [] });
    expect(model.wait(MODEL_LIMITS.connectMs - 1)).toEqual([]);
    expect(ofKind(model.wait(1), 'error')).toEqual([{ kind: 'error', error: 'timeout', code: 'connect' }]);
  });

  it('is taken at its word only once: the one after it, and a call’s very first, are to say that they are ready', () => {
    const model = goingOn();
    model.tell(connected, lost);
    expect(model.tell(connected)).toEqual([]);
    expect(toldTypes(model.tell(ready))).toEqual(['model_ready']);
    expect(connecting().tell(connected)).toEqual([]);
  });
});

describe('a model that is silent', () => {
  it('is lost where it did not connect in time', () => {
    const model = connecting();
    model.tell({ type: 'connected' });
    expect(model.wait(MODEL_LIMITS.connectMs - 1)).toEqual([]);
    const effects = model.wait(1);
    expect(ofKind(effects, 'error')).toEqual([{ kind: 'error', error: 'timeout', code: 'connect' }]);
    expect(ofKind(effects, 'connect')).toHaveLength(1);
  });

  it('is lost where it did not begin a response in time', () => {
    const model = readyModel();
    model.wait(60_000);
    model.tell(respond);
    expect(model.wait(MODEL_LIMITS.firstEventMs - 1)).toEqual([]);
    expect(ofKind(model.wait(1), 'error')).toEqual([{ kind: 'error', error: 'timeout', code: 'response' }]);
  });

  it('is lost where it fell silent in the middle of a response', () => {
    const model = speaking();
    for (let spoken = 0; spoken < 20; spoken++) {
      expect(toldTypes(model.wait(MODEL_LIMITS.responseMs - 1))).toEqual([]);
      model.tell(audio('a'));
    }
    expect(toldTypes(model.wait(MODEL_LIMITS.responseMs))).toEqual(['model_lost']);
  });

  it('is not lost where it has nothing to say', () => {
    const model = speaking();
    model.tell(ended());
    expect(model.wait(ROTATION.dueMs - 1)).toEqual([]);
    expect(asked(model.tell(respond))).toEqual([null]);
  });

  it('is lost where it did not answer a cancel', () => {
    const model = speaking();
    model.tell(cut);
    expect(toldTypes(model.wait(MODEL_LIMITS.responseMs))).toEqual(['model_lost']);
  });
});

describe('a model that is closed by us', () => {
  it('is not told of as lost', () => {
    const model = speaking();
    model.tell(say('x'), note('y'));
    expect(model.tell({ type: 'close' })).toEqual([{ kind: 'disconnect' }]);
    expect(model.tell(lost, { type: 'close' })).toEqual([]);
    expect(model.state).toMatchObject(CLOSED);
    expect(model.wait(3_600_000)).toEqual([]);
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

  it('that was there when the session began to hear may have begun before', () => {
    const model = readyModel();
    const begins = (atMs?: number) =>
      model.tell({ type: 'caller_speech_started', itemId: 'u', ...(atMs !== undefined && { atMs }) });
    const told = [begins(0), begins(20), begins()].flat();
    expect(told).toEqual(
      [{ atStart: true }, {}, {}].map((more) => ({
        kind: 'tell_call',
        message: { type: 'caller_speech_started', again: false, ...more },
      })),
    );
  });
});
