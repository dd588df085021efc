import { describe, expect, it } from 'vitest';
import { MODEL_LIMITS } from '../../../actors/model/state.ts';
import { ofKind } from '../../support/step-bench.ts';
import {
  ACTIVE,
  asked,
  cut,
  ended,
  NOT_ACTIVE,
  readyModel,
  refused,
  respond,
  say,
  sent,
  speaking,
  started,
  toldTypes,
} from './bench.ts';

describe('a response refused because another is active', () => {
  it('is asked for again when that one ends', () => {
    const model = readyModel();
    model.tell(respond);
    expect(model.tell(refused(ACTIVE))).toEqual([]);
    expect(asked(model.tell(ended()))).toEqual([null]);
  });

  it('keeps its sentence, and its place before what was wished for later', () => {
    const model = readyModel();
    model.tell(say('Thank you for calling.'), respond, refused(ACTIVE));
    expect(asked(model.tell(ended()))).toEqual(['Thank you for calling.']);
    expect(asked(model.tell(started(), ended()))).toEqual([null]);
  });

  it('is found again where the beginning of the other one is seen first', () => {
    const model = readyModel();
    model.tell(say('Goodbye.'), started('another'), refused(ACTIVE));
    expect(asked(model.tell(ended()))).toEqual(['Goodbye.']);
  });

  it('is one with a plain wish that waits behind it', () => {
    const model = readyModel();
    model.tell(respond, respond, refused(ACTIVE));
    expect(asked(model.tell(ended()))).toEqual([null]);
    expect(asked(model.tell(ended()))).toEqual([]);
  });

  it('is not wished for any more where the caller spoke meanwhile', () => {
    const model = readyModel();
    model.tell(say('Hello.'), cut, refused(ACTIVE));
    expect(asked(model.tell(ended('cancelled')))).toEqual([]);
  });

  it('adds nothing that nobody asked for', () => {
    const model = speaking();
    model.tell(refused(ACTIVE), refused(ACTIVE), refused(ACTIVE));
    expect(asked(model.tell(ended()))).toEqual([null]);
    expect(asked(model.tell(ended()))).toEqual([]);
  });

  it('does not wait for the other one for ever', () => {
    const model = readyModel();
    model.tell(respond);
    model.wait(MODEL_LIMITS.firstEventMs - 1);
    model.tell(refused(ACTIVE));
    expect(model.wait(MODEL_LIMITS.responseMs - 1)).toEqual([]);
    expect(toldTypes(model.wait(1))).toEqual(['model_lost']);
  });
});

describe('a cancel that came too late', () => {
  it('does no harm where the end was seen before', () => {
    const model = speaking();
    model.tell(cut, ended());
    expect(model.tell(refused(NOT_ACTIVE))).toEqual([]);
    expect(asked(model.tell(respond))).toEqual([null]);
  });

  it('does not end the next response, which was asked for meanwhile', () => {
    const model = speaking();
    model.tell(cut, respond);
    expect(asked(model.tell(ended()))).toEqual([null]);
    expect(model.tell(refused(NOT_ACTIVE), respond)).toEqual([]);
    expect(model.state.deadlines).toHaveProperty('response');
    expect(asked(model.tell(started(), ended()))).toEqual([null]);
  });

  it('frees the way where the response it meant never began', () => {
    const model = readyModel();
    model.tell(respond, cut, respond);
    expect(asked(model.tell(refused(NOT_ACTIVE)))).toEqual([null]);
  });
});

describe('another refusal', () => {
  it('is told as an error, and the session goes on', () => {
    const model = speaking();
    const effects = model.tell(refused('invalid_value'));
    expect(ofKind(effects, 'error')).toEqual([{ kind: 'error', error: 'protocol', code: 'invalid_value' }]);
    expect(toldTypes(effects)).toEqual([]);
    expect(sent(model.tell({ type: 'note', text: 'x' }))).toHaveLength(1);
  });
});
