import { afterEach, describe, expect, it } from 'vitest';
import { wordMs } from '../speech.ts';
import type { BrainReply } from './brain/brain.ts';
import type { OpenAiSimOptions } from './server.ts';
import { at } from './test-client.ts';
import { type Bench, openBench, ScriptedBrain, setUp } from './test-session.ts';

let bench: Bench;
afterEach(() => bench.close());

async function talk(
  replies: readonly BrainReply[],
  options: OpenAiSimOptions = {},
  session: object = {},
): Promise<ScriptedBrain> {
  const brain = new ScriptedBrain(...replies);
  bench = await openBench({ brain, ...options });
  await setUp(bench.client, session);
  bench.client.received.length = 0;
  return brain;
}

const LONG = 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen';

describe('a spoken response', () => {
  it('has all its events in the order of the service', async () => {
    await talk([{ say: 'Good morning' }], { deltaMs: 5_000 });
    bench.client.send({ type: 'response.create', response: { metadata: { reason: 'greeting' } } });
    const done = await bench.client.event('response.done');
    expect(bench.client.types()).toEqual([
      'response.created',
      'rate_limits.updated',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_audio_transcript.delta',
      'response.output_audio_transcript.delta',
      'response.output_audio.delta',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
    ]);
    const [created] = bench.client.received;
    expect(created).toMatchObject({
      response: { status: 'in_progress', output: [], metadata: { reason: 'greeting' } },
    });
    expect(bench.client.received[7]).toMatchObject({
      output_index: 0,
      content_index: 0,
      response_id: expect.stringMatching(/^resp_/),
    });
    expect(done).toMatchObject({
      response: {
        status: 'completed',
        object: 'realtime.response',
        conversation_id: expect.stringMatching(/^conv_/),
        output: [
          { role: 'assistant', status: 'completed', content: [{ type: 'output_audio', transcript: 'Good morning' }] },
        ],
        usage: {
          total_tokens: expect.any(Number),
          input_token_details: { text_tokens: expect.any(Number), cached_tokens: 0 },
          output_token_details: { audio_tokens: expect.any(Number), text_tokens: 3 },
        },
      },
    });
    expect(new Set(bench.client.received.map((event) => event.event_id)).size).toBe(bench.client.received.length);
  });

  it('says its words in the audio, in pieces of 200 ms at four times real time', async () => {
    await talk([{ say: LONG }], { pace: 2, deltaSpeed: 4, thinkMs: 0 });
    const beganMs = performance.now();
    bench.client.send({ type: 'response.create' });
    await bench.client.event('response.done');
    const tookMs = performance.now() - beganMs;
    const deltas = bench.client.received.filter((event) => event.type === 'response.output_audio.delta');
    expect(deltas.slice(0, -1).every((event) => Buffer.from(String(event.delta), 'base64').length === 1_600)).toBe(
      true,
    );
    expect(bench.client.heard()).toBe(LONG);
    const audioMs = LONG.split(' ').reduce((sum, word) => sum + wordMs(word, 2), 0);
    expect(tookMs).toBeGreaterThan(audioMs / 4 - 60);
    expect(tookMs).toBeLessThan(audioMs / 4 + 2_000);
  });

  it('reads what an earlier response has read from the cache', async () => {
    await talk([{ say: 'Hello' }], {}, { instructions: 'x'.repeat(4_000) });
    for (let turn = 0; turn < 2; turn++) {
      const from = bench.client.received.length;
      bench.client.send({ type: 'response.create' });
      const done = await bench.client.event('response.done', from);
      expect(done).toMatchObject({
        response: {
          usage: { input_token_details: { cached_tokens_details: { text_tokens: turn === 0 ? 0 : 1_000 } } },
        },
      });
    }
  });

  it('is text where text was asked for', async () => {
    await talk([{ say: 'Good morning' }]);
    bench.client.send({ type: 'response.create', response: { output_modalities: ['text'] } });
    const done = await bench.client.event('response.done');
    expect(done).toMatchObject({
      response: { output: [{ content: [{ type: 'output_text', text: 'Good morning' }] }] },
    });
    expect(bench.client.types()).toContain('response.output_text.delta');
    expect(bench.client.types()).not.toContain('response.output_audio.delta');
  });

  it('stops as incomplete at max_output_tokens', async () => {
    await talk([{ say: LONG }]);
    bench.client.send({ type: 'response.create', response: { max_output_tokens: 10 } });
    expect(await bench.client.event('response.done')).toMatchObject({
      response: {
        status: 'incomplete',
        status_details: { reason: 'max_output_tokens' },
        output: [{ status: 'incomplete' }],
      },
    });
  });
});

describe('a response with calls', () => {
  const call = { name: 'check_availability', arguments: '{"service":"Botox","when":"tomorrow"}' };

  it('speaks first, then makes each call in deltas and whole', async () => {
    await talk([{ say: 'One moment', calls: [call, { name: 'get_clinic_info', arguments: '{}' }] }]);
    bench.client.send({ type: 'response.create' });
    const done = await bench.client.event('response.done');
    const finished = bench.client.received.filter((event) => event.type === 'response.function_call_arguments.done');
    expect(finished).toMatchObject([
      {
        name: 'check_availability',
        arguments: call.arguments,
        output_index: 1,
        call_id: expect.stringMatching(/^call_/),
      },
      { name: 'get_clinic_info', arguments: '{}', output_index: 2 },
    ]);
    const deltas = bench.client.received.filter(
      (event) => event.type === 'response.function_call_arguments.delta' && event.output_index === 1,
    );
    expect(deltas.map((event) => event.delta).join('')).toBe(call.arguments);
    expect(done).toMatchObject({
      response: {
        output: [{ type: 'message' }, { type: 'function_call', status: 'completed' }, { type: 'function_call' }],
      },
    });
  });

  it('takes the output of the call and tells people how long it took', async () => {
    const brain = await talk([{ calls: [call] }, { say: 'Tuesday is free' }]);
    bench.client.send({ type: 'response.create' });
    const item = await bench.client.event((event) => event.type === 'response.output_item.done');
    await bench.client.event('response.done');
    const callId = at(item, 'item', 'call_id');
    const output = { type: 'function_call_output', call_id: callId, output: '{"success":true}' };
    bench.client.send({ type: 'conversation.item.create', item: output });
    const from = bench.client.received.length;
    bench.client.send({ type: 'response.create' });
    await bench.client.event('response.done', from);
    expect(brain.shown[1]?.items).toMatchObject([
      { kind: 'call', callId },
      { kind: 'output', callId },
    ]);
    const records = bench.sim.log.since(0).map((logged) => logged.record);
    expect(records).toContainEqual(
      expect.objectContaining({ kind: 'function_call', name: 'check_availability', call_id: callId }),
    );
    expect(records).toContainEqual(
      expect.objectContaining({ kind: 'function_output', call_id: callId, took_ms: expect.any(Number) }),
    );
  });

  it('makes none where tools are off', async () => {
    await talk([{ say: 'Hm', calls: [call] }]);
    bench.client.send({ type: 'response.create', response: { tool_choice: 'none' } });
    expect(await bench.client.event('response.done')).toMatchObject({ response: { output: [{ type: 'message' }] } });
  });

  it('leaves a call incomplete that is cancelled half-way', async () => {
    await talk([{ calls: [{ name: 'x', arguments: JSON.stringify({ text: 'y'.repeat(2_000) }) }] }], {
      pace: 1,
      thinkMs: 0,
    });
    bench.client.send({ type: 'response.create' });
    await bench.client.event('response.function_call_arguments.delta');
    bench.client.send({ type: 'response.cancel' });
    const done = await bench.client.event('response.done');
    expect(done).toMatchObject({
      response: { status: 'cancelled', output: [{ type: 'function_call', status: 'incomplete' }] },
    });
  });
});

describe('responses beside each other', () => {
  it('are refused within one conversation', async () => {
    await talk([{ say: LONG }]);
    bench.client.send({ type: 'response.create' });
    bench.client.send({ type: 'response.create', event_id: 'second' });
    const created = await bench.client.event('response.created');
    const id = at(created, 'response', 'id');
    expect(await bench.client.event('error')).toMatchObject({
      error: {
        code: 'conversation_already_has_active_response',
        message: expect.stringContaining(String(id)),
        event_id: 'second',
      },
    });
    await bench.client.event('response.done');
  });

  it('are welcome out of band, with input and instructions of their own, and leave no trace', async () => {
    const brain = await talk([{ say: LONG }, { say: 'aside' }]);
    bench.client.send({ type: 'response.create' });
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'only this' }] };
    bench.client.send({
      type: 'response.create',
      response: {
        conversation: 'none',
        input: [item],
        instructions: 'Score it.',
        metadata: { for: 'score' },
        output_modalities: ['text'],
      },
    });
    const aside = await bench.client.event(
      (event) => JSON.stringify(event).includes('"score"') && event.type === 'response.done',
    );
    expect(aside).toMatchObject({ response: { output: [{ content: [{ text: 'aside' }] }] } });
    expect(aside).toHaveProperty('response.conversation_id', null);
    expect(brain.shown[1]).toMatchObject({ responseInstructions: 'Score it.', items: [{ text: 'only this' }] });
    await bench.client.event((event) => event.type === 'response.done' && event !== aside);
    expect(bench.sim.sessions()[0]?.items).toBe(1);
  });
});

describe('cancelling', () => {
  it('ends the response with what was said so far', async () => {
    await talk([{ say: LONG }], { pace: 1, thinkMs: 0, deltaSpeed: 2 });
    bench.client.send({ type: 'response.create' });
    await bench.client.event('response.output_audio.delta');
    bench.client.send({ type: 'response.cancel' });
    const done = await bench.client.event('response.done');
    expect(bench.client.types().slice(-6)).toEqual([
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
    ]);
    expect(done).toMatchObject({
      response: {
        status: 'cancelled',
        status_details: { type: 'cancelled', reason: 'client_cancelled' },
        output: [{ status: 'incomplete' }],
      },
    });
    const count = bench.client.received.length;
    const from = count;
    bench.client.send({ type: 'response.cancel' });
    expect(await bench.client.event('error', from)).toMatchObject({ error: { code: 'response_cancel_not_active' } });
    expect(bench.client.received).toHaveLength(count + 1);
  });

  it('works while it still thinks', async () => {
    await talk([{ say: LONG }], { pace: 1, thinkMs: 5_000 });
    bench.client.send({ type: 'response.create' });
    bench.client.send({ type: 'response.cancel' });
    expect(await bench.client.event('response.done')).toMatchObject({ response: { status: 'cancelled', output: [] } });
  });
});

async function spoken(): Promise<{ readonly id: string; readonly ms: number; readonly brain: ScriptedBrain }> {
  const brain = await talk([{ say: 'one two three four' }]);
  bench.client.send({ type: 'response.create' });
  const done = await bench.client.event('response.done');
  const deltas = bench.client.received.filter((event) => event.type === 'response.output_audio.delta');
  const bytes = deltas.reduce((sum, event) => sum + Buffer.from(String(event.delta), 'base64').length, 0);
  return { id: String(at(done, 'response', 'output', 0, 'id')), ms: bytes / 8, brain };
}

const truncate = (itemId: string, audioEndMs: number, contentIndex = 0): object => ({
  type: 'conversation.item.truncate',
  item_id: itemId,
  content_index: contentIndex,
  audio_end_ms: audioEndMs,
});

describe('truncating', () => {
  it('takes the transcript and leaves the model the words that were heard', async () => {
    const { id, brain } = await spoken();
    bench.client.send(truncate(id, wordMs('one', 10) + wordMs('two', 10) + 5));
    await bench.client.event('conversation.item.truncated');
    bench.client.send({ type: 'conversation.item.retrieve', item_id: id });
    const retrieved = await bench.client.event('conversation.item.retrieved');
    expect(JSON.stringify(retrieved)).not.toContain('one');
    const from = bench.client.received.length;
    bench.client.send({ type: 'response.create' });
    await bench.client.event('response.done', from);
    expect(brain.shown[1]?.items).toEqual([{ kind: 'assistant', text: 'one two' }]);
  });

  it('is refused past the real length, for other items and other contents', async () => {
    const { id, ms } = await spoken();
    const refusals: readonly (readonly [object, object])[] = [
      [truncate(id, ms + 1), { message: `Audio content of ${ms}ms is already shorter than ${ms + 1}ms` }],
      [truncate(id, 10, 1), { param: 'content_index' }],
      [truncate('item_none', 10), { code: 'item_truncate_invalid_item_id' }],
      [truncate('restored', 10), { message: 'Only model output audio messages can be truncated.' }],
    ];
    const item = {
      type: 'message',
      id: 'restored',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'Hello' }],
    };
    bench.client.send({ type: 'conversation.item.create', item });
    for (const [event, error] of refusals) {
      const from = bench.client.received.length;
      bench.client.send(event);
      expect(await bench.client.event('error', from)).toMatchObject({ error });
    }
    bench.client.send(truncate(id, ms));
    await bench.client.event('conversation.item.truncated');
    expect(bench.sim.log.since(0).map((logged) => logged.record)).toContainEqual(
      expect.objectContaining({ kind: 'truncate', item_id: id, audio_end_ms: ms, real_ms: ms, accepted: true }),
    );
  });
});
