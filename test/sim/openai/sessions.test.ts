import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Received } from './test-client.ts';
import { type Bench, openBench, PHONE, ScriptedBrain, setUp } from './test-session.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ brain: new ScriptedBrain({ say: 'Hello there' }) });
});
afterEach(() => bench.close());

/** Sends one event and answers the error it earns. */
async function errorFor(event: object): Promise<Received> {
  const from = bench.client.received.length;
  bench.client.send(event);
  return bench.client.event('error', from);
}

const update = (session: object): object => ({
  type: 'session.update',
  event_id: 'mine',
  session: { type: 'realtime', ...session },
});

describe('a session', () => {
  it('begins with the defaults of the service', async () => {
    const created = await bench.client.event('session.created');
    expect(bench.client.received[0]).toBe(created);
    expect(created).toMatchObject({
      event_id: expect.stringMatching(/^event_\w{21}$/),
      session: {
        type: 'realtime',
        object: 'realtime.session',
        id: expect.stringMatching(/^sess_/),
        model: 'gpt-realtime-2.1',
        output_modalities: ['audio'],
        audio: {
          input: {
            format: { type: 'audio/pcm', rate: 24_000 },
            transcription: null,
            turn_detection: { type: 'server_vad', threshold: 0.5, interrupt_response: true, create_response: true },
          },
          output: { format: { type: 'audio/pcm', rate: 24_000 }, speed: 1 },
        },
      },
    });
  });

  it('merges updates and shows the whole of itself, a µ-law format without a rate', async () => {
    await setUp(bench.client, { instructions: 'Be brief.' });
    const from = bench.client.received.length;
    bench.client.send(update({ audio: { output: { voice: 'marin' } } }));
    const updated = await bench.client.event('session.updated', from);
    expect(updated).toMatchObject({
      session: {
        instructions: 'Be brief.',
        audio: { input: { format: { type: 'audio/pcmu' }, turn_detection: null }, output: { voice: 'marin' } },
      },
    });
    expect(JSON.stringify(updated)).not.toContain('"rate"');
  });

  it.each([
    [{ mood: 'sunny' }, 'unknown_parameter', 'session.mood'],
    [
      { audio: { input: { format: { type: 'audio/pcmu', rate: 8_000 } } } },
      'unknown_parameter',
      'session.audio.input.format.rate',
    ],
    [
      { audio: { input: { turn_detection: { type: 'server_vad', loudness: 1 } } } },
      'unknown_parameter',
      'session.audio.input.turn_detection.loudness',
    ],
    [{ audio: { input: { format: { type: 'audio/mp3' } } } }, 'invalid_value', 'session.audio.input.format.type'],
    [{ instructions: 7 }, 'invalid_type', 'session.instructions'],
    [{ output_modalities: ['smell'] }, 'invalid_value', 'session.output_modalities[0]'],
    [{ model: 'gpt-realtime-mini' }, 'invalid_value', 'session.model'],
  ])('refuses the update %j and stays as it was', async (session, code, param) => {
    await bench.client.event('session.created');
    const error = await errorFor(update(session));
    expect(error).toMatchObject({ error: { type: 'invalid_request_error', code, param, event_id: 'mine' } });
    expect(bench.client.types()).not.toContain('session.updated');
  });

  it('wants to be told its type', async () => {
    await bench.client.event('session.created');
    const error = await errorFor({ type: 'session.update', session: {} });
    expect(error).toMatchObject({ error: { code: 'missing_required_parameter', param: 'session.type' } });
  });

  it('keeps its voice once it has spoken', async () => {
    await setUp(bench.client);
    bench.client.send({ type: 'response.create' });
    await bench.client.event('response.done');
    const error = await errorFor(update({ audio: { output: { voice: 'cedar' } } }));
    expect(error).toMatchObject({ error: { code: 'cannot_update_voice' } });
  });

  it('lives on after nonsense', async () => {
    await bench.client.event('session.created');
    bench.client.socket.send('{"type":');
    expect(await bench.client.event('error')).toMatchObject({
      error: { type: 'invalid_request_error', code: 'invalid_json' },
    });
    const unknown = await errorFor({ type: 'session.dance', event_id: 'e1' });
    expect(unknown).toMatchObject({ error: { code: 'invalid_value', param: 'type', event_id: 'e1' } });
    const from = bench.client.received.length;
    bench.client.socket.send(Buffer.from([1, 2, 3]));
    expect(await bench.client.event('error', from)).toMatchObject({ error: { type: 'invalid_request_error' } });
    await setUp(bench.client);
  });

  it('refuses an event of more than 15 MiB and audio that is no base64', async () => {
    await bench.client.event('session.created');
    const big = await errorFor({ type: 'input_audio_buffer.append', audio: 'A'.repeat(16 * 1024 * 1024) });
    expect(big).toMatchObject({ error: { code: 'event_too_large' } });
    const bad = await errorFor({ type: 'input_audio_buffer.append', audio: 'no base64 at all!' });
    expect(bad).toMatchObject({ error: { code: 'invalid_value', param: 'audio' } });
  });

  it('ends at its limit with session_expired and close 1001', async () => {
    await bench.close();
    bench = await openBench({ sessionLimitMs: 150 });
    expect(await bench.client.event('error')).toMatchObject({ error: { code: 'session_expired' } });
    await bench.client.until(() => bench.client.closed !== undefined, 'the close');
    expect(bench.client.closed?.code).toBe(1001);
  });
});

const message = (id: string, text: string): object => ({
  type: 'message',
  id,
  role: 'user',
  content: [{ type: 'input_text', text }],
});

const create = (item: object, previous?: string): object => ({
  type: 'conversation.item.create',
  previous_item_id: previous,
  item,
});

describe('the items of a conversation', () => {
  it('are added in order or where they are wanted, retrieved and deleted', async () => {
    await setUp(bench.client);
    bench.client.send({ type: 'conversation.item.create', item: message('a', 'one') });
    bench.client.send({ type: 'conversation.item.create', item: message('c', 'three') });
    bench.client.send({ type: 'conversation.item.create', previous_item_id: 'a', item: message('b', 'two') });
    bench.client.send({ type: 'conversation.item.create', previous_item_id: 'root', item: message('z', 'zero') });
    await bench.client.event(
      (event) =>
        event.type === 'conversation.item.done' &&
        event.previous_item_id === null &&
        bench.client.types().filter((type) => type === 'conversation.item.done').length === 4,
    );
    const added = bench.client.received.filter((event) => event.type === 'conversation.item.added');
    expect(added.map((event) => event.previous_item_id)).toEqual([null, 'a', 'a', null]);
    expect(added[0]).toMatchObject({ item: { id: 'a', object: 'realtime.item', status: 'completed' } });
    bench.client.send({ type: 'conversation.item.retrieve', item_id: 'b' });
    expect(await bench.client.event('conversation.item.retrieved')).toMatchObject({
      item: { content: [{ text: 'two' }] },
    });
    bench.client.send({ type: 'conversation.item.delete', item_id: 'b' });
    expect(await bench.client.event('conversation.item.deleted')).toMatchObject({ item_id: 'b' });
    expect(await errorFor({ type: 'conversation.item.retrieve', item_id: 'b' })).toMatchObject({
      error: { code: 'item_retrieve_invalid_item_id' },
    });
    expect(await errorFor({ type: 'conversation.item.delete', item_id: 'b' })).toMatchObject({
      error: { code: 'item_delete_invalid_item_id' },
    });
  });

  it('are refused where an id is taken, a neighbour missing, a call unknown or the shape wrong', async () => {
    await setUp(bench.client);
    bench.client.send({ type: 'conversation.item.create', item: message('a', 'one') });
    expect(await errorFor(create(message('a', 'again')))).toMatchObject({
      error: { code: 'item_create_duplicate_item_id' },
    });
    expect(await errorFor(create(message('b', 'x'), 'nowhere'))).toMatchObject({
      error: { param: 'previous_item_id' },
    });
    expect(await errorFor(create({ type: 'function_call_output', call_id: 'call_x', output: '{}' }))).toMatchObject({
      error: { code: 'invalid_tool_call_id', param: 'item.call_id' },
    });
    const assistantAudio = { type: 'message', role: 'assistant', content: [{ type: 'output_audio', audio: '' }] };
    expect(await errorFor(create(assistantAudio))).toMatchObject({ error: { param: 'item.content[0].type' } });
    expect(await errorFor(create({ type: 'poem' }))).toMatchObject({
      error: { code: 'invalid_value', param: 'item.type' },
    });
  });

  it('restore a history that the model then knows', async () => {
    const brain = new ScriptedBrain({ say: 'ok' });
    bench.sim.setBrain(brain);
    await setUp(bench.client);
    for (const item of [
      message('u1', 'book Botox'),
      { type: 'function_call', call_id: 'call_1', name: 'check', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output: '{"success":true}' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Tuesday is free.' }] },
      { type: 'message', role: 'system', content: [{ type: 'input_text', text: 'The line was cut.' }] },
    ]) {
      bench.client.send({ type: 'conversation.item.create', item });
    }
    bench.client.send({ type: 'response.create' });
    await bench.client.event('response.done');
    expect(brain.shown[0]?.items).toEqual([
      { kind: 'caller', text: 'book Botox', audible: true },
      { kind: 'call', callId: 'call_1', name: 'check', arguments: '{}' },
      { kind: 'output', callId: 'call_1', output: '{"success":true}' },
      { kind: 'assistant', text: 'Tuesday is free.' },
      { kind: 'system', text: 'The line was cut.' },
    ]);
    expect(bench.client.types()).not.toContain('error');
  });
});

describe('PHONE', () => {
  it('is a session the service accepts', async () => {
    await setUp(bench.client, {}, PHONE);
    expect(bench.sim.sessions()).toMatchObject([{ inputFormat: 'audio/pcmu', outputFormat: 'audio/pcmu' }]);
  });
});
