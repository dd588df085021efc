import { describe, expect, it } from 'vitest';
import { MODEL_LIMITS } from '../../../actors/model/state.ts';
import { ofKind } from '../../support/step-bench.ts';
import {
  asked,
  audio,
  CANCEL,
  cut,
  ended,
  heardOnly,
  readyModel,
  refused,
  respond,
  say,
  sent,
  speaking,
  started,
  toldTypes,
  truncated,
} from './bench.ts';

it('a turn that the service had nothing to make of is told to the call, and is no fault', () => {
  expect(readyModel().tell(refused('input_audio_buffer_commit_empty'))).toEqual([
    { kind: 'tell_call', message: { type: 'commit_refused' } },
  ]);
});

describe('responses of a model', () => {
  it('are asked for one at a time: the next one behind the end of the active', () => {
    const model = readyModel();
    expect(asked(model.tell(respond))).toEqual([null]);
    expect(model.tell(say('One moment.'))).toEqual([]);
    expect(toldTypes(model.tell(started()))).toEqual(['response_started']);
    expect(asked(model.tell(ended()))).toEqual(['One moment.']);
    expect(asked(model.tell(started(), ended()))).toEqual([]);
  });

  it('are one where two were wished for in a row', () => {
    const model = readyModel();
    expect(asked(model.tell(respond, respond, respond, respond))).toEqual([null]);
    expect(asked(model.tell(ended()))).toEqual([null]);
    expect(asked(model.tell(ended()))).toEqual([]);
  });

  it('come in the order of the wishes, sentences never joined', () => {
    const model = speaking();
    model.tell(say('First.'), say('Second.'), respond, respond, say('Third.'), respond);
    const order = [1, 2, 3, 4, 5, 6].flatMap(() => asked(model.tell(ended())));
    expect(order).toEqual(['First.', 'Second.', null, 'Third.', null]);
  });

  it('wait in a bounded line', () => {
    const model = speaking();
    for (let n = 1; n <= 20; n++) model.tell(say(`${n}`));
    expect(model.state.wanted).toHaveLength(MODEL_LIMITS.wanted);
    expect(asked(model.tell(ended()))).toEqual([`${20 - MODEL_LIMITS.wanted + 1}`]);
  });

  it('tell the call how they ended, and what they cost, before the next is asked for', () => {
    const model = speaking();
    model.tell(respond);
    const usage = { textIn: 1, textInCached: 2, audioIn: 3, audioInCached: 4, textOut: 5, audioOut: 6 };
    const effects = model.tell({ type: 'response_ended', responseId: 'r', status: 'incomplete', usage });
    expect(effects.map((effect) => effect.kind)).toEqual(['usage', 'tell_call', 'send']);
    expect(ofKind(effects, 'usage')[0]?.usage).toEqual(usage);
    expect(ofKind(effects, 'tell_call')[0]?.message).toEqual({ type: 'response_ended', status: 'incomplete' });
  });

  it('send their audio to the phone and their words to the call', () => {
    const model = speaking();
    expect(model.tell(audio('a', 60), { type: 'audio_complete', itemId: 'a' })).toEqual([
      { kind: 'tell_phone', message: { type: 'speech', itemId: 'a', ms: 60, payload: 'AAAA' } },
      { kind: 'tell_phone', message: { type: 'speech_complete', itemId: 'a' } },
    ]);
    expect(
      toldTypes(
        model.tell(
          { type: 'words_delta', itemId: 'a', text: 'He' },
          { type: 'words', itemId: 'a', text: 'Hello' },
          { type: 'tool_requested', callId: 'c', name: 'end_call', argumentsText: '{}' },
        ),
      ),
    ).toEqual(['words_delta', 'words', 'tool_requested']);
  });
});

describe('a cut', () => {
  it('cancels the active response and has the model remember what was heard', () => {
    const model = speaking();
    model.tell(audio('a'));
    expect(sent(model.tell(cut, heardOnly('a', 40)))).toEqual([CANCEL, truncated('a', 40)]);
  });

  it('cancels once for several items', () => {
    const model = speaking();
    model.tell(audio('a'), audio('b'));
    expect(sent(model.tell(cut, heardOnly('a', 40), heardOnly('b', 0)))).toEqual([
      CANCEL,
      truncated('a', 40),
      truncated('b', 0),
    ]);
  });

  it('of an item whose response has ended cancels nothing', () => {
    const model = speaking();
    model.tell(audio('a'), ended());
    expect(sent(model.tell(cut, heardOnly('a', 40)))).toEqual([truncated('a', 40)]);
  });

  it('tells a session nothing of an item that another one said', () => {
    const model = speaking();
    expect(sent(model.tell(cut, heardOnly('of_before', 40)))).toEqual([CANCEL]);
  });

  it('leaves alone the answer that is asked for before it is told what was heard', () => {
    const model = speaking();
    model.tell(audio('a'), ended());
    expect(sent(model.tell(cut, respond, heardOnly('a', 40)))).toEqual([
      { type: 'create_response', sentence: null },
      truncated('a', 40),
    ]);
    const busy = speaking();
    busy.tell(audio('a'), cut, respond, heardOnly('a', 40));
    expect(asked(busy.tell(ended('cancelled')))).toEqual([null]);
  });

  it('takes back what was wished for', () => {
    const model = speaking();
    model.tell(say('And another thing.'), respond, cut);
    expect(asked(model.tell(ended('cancelled')))).toEqual([]);
  });

  it('lets what is wished for afterwards wait for the end of what it cancelled', () => {
    const model = speaking();
    expect(sent(model.tell(cut, respond))).toEqual([CANCEL]);
    expect(asked(model.tell(ended('cancelled')))).toEqual([null]);
    expect(sent(model.tell(cut))).toEqual([CANCEL]);
  });

  it('silences what still comes of the response, which the model must not take for heard', () => {
    const model = speaking();
    model.tell(cut);
    expect(model.tell(audio('late'))).toEqual([{ kind: 'send', command: truncated('late', 0) }]);
    expect(model.tell(audio('late'), { type: 'words', itemId: 'late', text: 'Hello' })).toEqual([]);
  });

  it('leaves the heard part of a cut item as it was told, whatever still comes of it', () => {
    const model = speaking();
    model.tell(audio('a'), cut, heardOnly('a', 40));
    expect(model.tell(audio('a'), { type: 'words_delta', itemId: 'a', text: 'x' })).toEqual([]);
  });

  it('lets the next response be heard', () => {
    const model = speaking();
    model.tell(cut, respond, ended('cancelled'), started());
    expect(model.tell(audio('b')).map((effect) => effect.kind)).toEqual(['tell_phone']);
  });

  it('lets a tool that was asked for in the cancelled response be answered', () => {
    const model = speaking();
    model.tell(cut);
    const request = { type: 'tool_requested', callId: 'c', name: 'end_call', argumentsText: '{}' } as const;
    expect(toldTypes(model.tell(request))).toEqual(['tool_requested']);
  });
});
