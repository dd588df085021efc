import { describe, expect, it } from 'vitest';
import { BACKOFF } from '../../../actors/model/backoff.ts';
import type { ModelMessage } from '../../../actors/model/messages.ts';
import { MODEL_LIMITS } from '../../../actors/model/state.ts';
import { ofKind } from '../../support/step-bench.ts';
import {
  asked,
  audio,
  connecting,
  cut,
  ended,
  goingOn,
  lost,
  type ModelBench,
  ready,
  readyModel,
  refused,
  respond,
  say,
  sent,
  speaking,
  started,
  toldTypes,
} from './bench.ts';

const restored: ModelMessage = { type: 'restore', history: [] };
const rateLimited: ModelMessage = { type: 'lost', kind: 'rate_limit', code: 'http_429' };
const fatal: ModelMessage = { type: 'lost', kind: 'fatal', code: 'invalid_api_key' };
const toolAsked: ModelMessage = { type: 'tool_requested', callId: 'c', name: 'x', argumentsText: '{}' };
const toolResult: ModelMessage = { type: 'tool_result', callId: 'c', name: 'x', argumentsText: '{}', output: '{}' };

/** What the call was told of the loss. */
function news(model: ModelBench, ...messages: ModelMessage[]) {
  const told = ofKind(model.tell(...messages), 'tell_call').map(({ message }) => message);
  return told.find(({ type }) => type === 'model_lost');
}

/** A leg that lost its session, and has another one that is ready. */
function again(model: ModelBench, ...meanwhile: ModelMessage[]) {
  model.tell(lost, ...meanwhile);
  return model.tell(ready);
}

describe('a session that is lost', () => {
  it('is followed by another at once, and the call is told', () => {
    const effects = speaking().tell(lost);
    expect(effects.map(({ kind }) => kind)).toEqual(['error', 'connect', 'tell_call']);
    expect(ofKind(effects, 'tell_call')[0]?.message).toMatchObject({ type: 'model_lost', retrying: true, due: true });
  });

  it('is tried again after growing waits, each at most as long as it may be', () => {
    const model = readyModel();
    model.tell(lost);
    const waits: number[] = [];
    for (let losses = 2; losses <= MODEL_LIMITS.losses; losses++) {
      expect(ofKind(model.tell(lost), 'disconnect')).toHaveLength(1);
      const at = model.state.deadlines.reconnect ?? 0;
      waits.push(at - model.now);
      expect(ofKind(model.wait(at - model.now), 'connect')).toHaveLength(1);
    }
    for (const [n, ms] of waits.entries()) expect(ms).toBeLessThanOrEqual(BACKOFF.baseMs * 2 ** (n + 1));
    expect(new Set(waits).size).toBe(waits.length);
    expect(toldTypes(model.tell(lost))).toEqual(['model_lost']);
    expect(model.state.mode).toBe('closed');
  });

  it('is given up when the call has been without one for too long', () => {
    const model = readyModel();
    model.tell(lost);
    const effects = model.wait(MODEL_LIMITS.awayMs);
    expect(ofKind(effects, 'tell_call').map(({ message }) => message)).toEqual([
      { type: 'model_lost', kind: 'timeout', retrying: false },
    ]);
    expect(ofKind(effects, 'reconnected')).toEqual([{ kind: 'reconnected', result: 'failed', tookMs: 0 }]);
  });

  it('is not tried again where that is of no use', () => {
    expect(news(speaking(), fatal)).toMatchObject({ retrying: false });
    expect(news(connecting(), { type: 'lost', kind: 'protocol', code: 'audio_format_differs' })).toMatchObject({
      retrying: false,
    });
  });

  it('is not tried again at once where the service asks for time', () => {
    const model = readyModel();
    model.tell(lost, rateLimited);
    expect(ofKind(model.wait(BACKOFF.rateLimitedMs - 1), 'connect')).toEqual([]);
    expect(ofKind(model.wait(BACKOFF.rateLimitedMs + 1), 'connect')).toHaveLength(1);
    const patient = readyModel();
    patient.tell(lost, { ...rateLimited, retryAfterMs: 5_000 });
    expect(ofKind(patient.wait(4_999), 'connect')).toEqual([]);
    expect(ofKind(patient.wait(1), 'connect')).toHaveLength(1);
  });

  it('is given up at once where the service asks for more time than a caller would wait', () => {
    const model = readyModel();
    expect(news(model, { ...rateLimited, retryAfterMs: 60_000 })).toMatchObject({ retrying: false });
  });

  it('counts anew once a response has come to its end', () => {
    const model = readyModel();
    for (let n = 0; n < 3 * MODEL_LIMITS.losses; n++) {
      model.tell(lost, ready, restored, respond, started(), ended());
    }
    expect(model.state.mode).toBe('ready');
  });

  it('tells of a first connection that fails only when it is given up', () => {
    const model = connecting();
    expect(toldTypes(model.tell(lost))).toEqual([]);
    expect(toldTypes(model.tell(ready))).toEqual(['model_ready']);
  });

  it('is given up sooner where the call never had one: its caller has said nothing yet, and staff can hear it all', () => {
    const model = connecting();
    const tries = ofKind(model.wait(MODEL_LIMITS.connectMs), 'connect');
    expect([tries.length, toldTypes(model.wait(MODEL_LIMITS.firstAwayMs - MODEL_LIMITS.connectMs - 1))]).toEqual([
      1,
      [],
    ]);
    expect(toldTypes(model.wait(1))).toEqual(['model_lost']);
    expect(model.state.mode).toBe('closed');
  });

  it('is waited for as long as any where the call goes on over another line', () => {
    const model = goingOn();
    expect(toldTypes(model.wait(MODEL_LIMITS.awayMs - 1))).toEqual([]);
    expect(toldTypes(model.wait(1))).toEqual(['model_lost']);
  });

  it('leaves the phone no item without an end, behind the news that it broke off', () => {
    const model = speaking();
    model.tell(audio('a', 300), audio('a', 200));
    const effects = model.tell(lost);
    expect(ofKind(effects, 'tell_call')[0]?.message).toMatchObject({
      unfinished: { itemId: 'a', sentMs: 500, sentence: null },
    });
    expect(effects.at(-1)).toEqual({ kind: 'tell_phone', message: { type: 'speech_complete', itemId: 'a' } });
  });
});

describe('the session that follows', () => {
  it('is asked for nothing and hears nothing before it was told what came before', () => {
    const model = readyModel();
    const effects = again(model, say('Goodbye.'));
    expect(effects.map(({ kind }) => kind)).toEqual(['reconnected', 'tell_call']);
    expect(model.tell({ type: 'restore', history: [{ kind: 'caller', text: 'Hello' }] })).toEqual([
      { kind: 'send', command: { type: 'caller_text', text: 'Hello' } },
      { kind: 'let_hear' },
      { kind: 'send', command: { type: 'create_response', sentence: 'Goodbye.' } },
    ]);
  });

  it('hears the caller, but is asked for nothing, while there is more to tell', () => {
    const model = readyModel();
    again(model, respond);
    expect(model.tell({ type: 'restore', history: [], more: true })).toEqual([{ kind: 'let_hear' }]);
    expect(sent(model.tell(say('x')))).toEqual([]);
    expect(asked(model.tell(restored))).toEqual([null]);
    expect(model.state.deaf).toBe(false);
  });

  it('makes a turn that the caller ended by hand meanwhile, once it was told and hears them', () => {
    const model = readyModel();
    model.tell(lost);
    expect(sent(model.tell({ type: 'commit' }, ready, { type: 'commit' }))).toEqual([]);
    expect(model.tell({ type: 'restore', history: [{ kind: 'caller', text: 'Hello' }] })).toEqual([
      { kind: 'send', command: { type: 'caller_text', text: 'Hello' } },
      { kind: 'let_hear' },
      { kind: 'send', command: { type: 'commit_audio' } },
    ]);
  });

  it('says the sentence of which nothing was heard; the call asks for the model’s own words itself', () => {
    const model = readyModel();
    model.tell(say('Hello.'), started(), respond);
    again(model);
    expect(asked(model.tell(restored))).toEqual(['Hello.']);
    expect(asked(model.tell(started(), ended()))).toEqual([]);
  });

  it('is not told twice what the call remembers', () => {
    const model = readyModel();
    model.tell(lost, { type: 'note', text: 'x' }, toolResult, ready);
    expect(sent(model.tell(restored))).toEqual([]);
  });

  it('is told of a tool call that it did not make, and only then of its answer', () => {
    const model = speaking();
    model.tell(toolAsked);
    again(model);
    model.tell(restored);
    expect(sent(model.tell(toolResult)).map(({ type }) => type)).toEqual(['tool_call', 'tool_output']);
  });

  it('is told the answer alone where it made the call, or was told of it', () => {
    const model = speaking();
    expect(sent(model.tell(toolAsked, toolResult)).map(({ type }) => type)).toEqual(['tool_output']);
  });

  it('is asked once for what was wished for meanwhile and is due besides', () => {
    const model = speaking();
    again(model, respond);
    expect(asked(model.tell(respond, restored))).toEqual([null]);
    expect(asked(model.tell(started(), ended()))).toEqual([]);
  });

  it('is wished for no more once the caller spoke', () => {
    const model = readyModel();
    again(model, say('Hello.'), cut);
    expect(asked(model.tell(restored))).toEqual([]);
  });
});

describe('a response that the service failed to give', () => {
  const failed: ModelMessage = {
    type: 'response_ended',
    responseId: 'r',
    status: 'failed',
    usage: null,
    code: 'server_error',
  };

  it('is asked for again after a while, and the call is not told', () => {
    const model = readyModel();
    model.tell(say('Hello.'), started());
    expect(toldTypes(model.tell(failed))).toEqual([]);
    expect(asked(model.wait(1_000))).toEqual(['Hello.']);
  });

  it('is given up after some, and the caller is handed on', () => {
    const model = readyModel();
    model.tell(respond);
    for (let n = 0; n < MODEL_LIMITS.failures; n++) {
      model.tell(started(), failed);
      expect(asked(model.wait(2_000))).toEqual([null]);
    }
    expect(news(model, started(), failed)).toEqual({ type: 'model_lost', kind: 'response_failed', retrying: false });
  });

  it('goes on where the caller had heard some of it', () => {
    const model = readyModel();
    model.tell(respond, started(), audio('a'));
    const effects = model.tell(failed);
    expect(sent(effects).map(({ type }) => type)).toEqual(['note']);
    expect(ofKind(effects, 'tell_phone')[0]?.message).toEqual({ type: 'speech_complete', itemId: 'a' });
    expect(asked(model.wait(1_000))).toEqual([null]);
  });

  it('is one that was refused for want of capacity, too, and then waits longer', () => {
    const model = readyModel();
    model.tell(respond, refused('rate_limit_exceeded'));
    expect(asked(model.wait(BACKOFF.rateLimitedMs - 1))).toEqual([]);
    expect(asked(model.wait(BACKOFF.rateLimitedMs + 1))).toEqual([null]);
  });

  it('is not asked for again once the caller spoke', () => {
    const model = readyModel();
    model.tell(respond, started(), failed);
    expect(toldTypes(model.tell(cut))).toEqual(['response_ended']);
    expect(model.wait(5_000)).toEqual([]);
  });
});
