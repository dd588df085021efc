import { afterEach, describe, expect, it } from 'vitest';
import { noise, silence, speakSentence } from '../speech.ts';
import { writeAudio } from './audio.ts';
import { type Bench, openBench, ScriptedBrain, setUp } from './test-session.ts';

let bench: Bench;
afterEach(() => bench.close());

const PCMU = { type: 'audio/pcmu' } as const;
const PCM = { type: 'audio/pcm', rate: 24_000 } as const;

interface Listening {
  readonly detection?: object | null;
  readonly transcription?: object | null;
  readonly format?: typeof PCMU | typeof PCM;
  readonly brain?: ScriptedBrain;
  readonly pace?: number;
}

async function listen(settings: Listening = {}): Promise<ScriptedBrain> {
  const { detection = { type: 'server_vad' }, transcription = null, format = PCMU } = settings;
  const brain = settings.brain ?? new ScriptedBrain({ say: 'I see' });
  bench = await openBench({ brain, pace: settings.pace ?? 10, deltaSpeed: 4 });
  await setUp(bench.client, {}, { input: { format, turn_detection: detection, transcription }, output: { format } });
  bench.client.received.length = 0;
  return brain;
}

describe("a caller's turn, found by the server", () => {
  it('runs from speech_started to the response in the order of the service', async () => {
    const brain = await listen();
    bench.client.append(Buffer.concat([silence(400), speakSentence('book a Botox appointment', 4), silence(600)]));
    await bench.client.event('response.done');
    expect(bench.client.types().slice(0, 6)).toEqual([
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
    ]);
    const [started, stopped, committed, added] = bench.client.received;
    expect(started?.audio_start_ms).toBe(100);
    expect(Number(stopped?.audio_end_ms)).toBeGreaterThan(900);
    expect(new Set([started, stopped, committed].map((event) => event?.item_id)).size).toBe(1);
    expect(added).toMatchObject({ item: { id: started?.item_id, role: 'user', content: [{ type: 'input_audio' }] } });
    expect(brain.shown[0]?.items).toEqual([{ kind: 'caller', text: 'book a Botox appointment', audible: true }]);
  });

  it('is understood through 24 kHz PCM as well', async () => {
    const brain = await listen({ format: PCM });
    bench.client.append(writeAudio(PCM, Buffer.concat([speakSentence('is anybody there', 4), silence(600)])));
    await bench.client.event('response.done');
    expect(brain.shown[0]?.items).toMatchObject([{ text: 'is anybody there' }]);
  });

  it('is inaudible where a frame was lost', async () => {
    const brain = await listen();
    const spoken = speakSentence('book a Botox appointment', 2);
    bench.client.append(Buffer.concat([spoken.subarray(0, 800), spoken.subarray(960), silence(800)]));
    await bench.client.event('response.done');
    expect(brain.shown[0]?.items).toEqual([{ kind: 'caller', text: '', audible: false }]);
    bench.client.say('book it again');
    await bench.client.until(() => brain.shown.length === 2, 'a second response');
    expect(brain.shown[1]?.items.at(-1)).toMatchObject({ text: 'book it again' });
  });

  it('makes no response where the session wants none', async () => {
    await listen({ detection: { type: 'server_vad', create_response: false } });
    bench.client.say('hello');
    await bench.client.event('conversation.item.done');
    bench.client.send({ type: 'response.create' });
    await bench.client.event('response.done');
    expect(bench.client.types().filter((type) => type === 'response.created')).toHaveLength(1);
  });

  it('is not begun by a click', async () => {
    await listen();
    bench.client.append(Buffer.concat([noise(60), silence(1_000)]));
    bench.client.send({ type: 'input_audio_buffer.clear' });
    await bench.client.event('input_audio_buffer.cleared');
    expect(bench.client.types()).toEqual(['input_audio_buffer.cleared']);
  });

  it.each([
    [true, { status: 'cancelled', status_details: { reason: 'turn_detected' }, output: [{ status: 'incomplete' }] }],
    [false, { status: 'completed', output: [{ status: 'completed' }] }],
  ])('cancels what is being said only where interruption is on: %s', async (isOn, response) => {
    const say = 'This is a rather long sentence that goes on for quite some time so that it can be interrupted';
    const detection = { type: 'server_vad', interrupt_response: isOn, create_response: false };
    await listen({ detection, brain: new ScriptedBrain({ say }), pace: 2 });
    bench.client.send({ type: 'response.create' });
    await bench.client.event('response.output_audio.delta');
    bench.client.append(noise(200));
    await bench.client.event('input_audio_buffer.speech_started');
    expect(await bench.client.event('response.done')).toMatchObject({ response });
  });

  it('ends sooner for a finished sentence than for an unfinished one with semantic detection', async () => {
    await listen({ detection: { type: 'semantic_vad', eagerness: 'high', create_response: false } });
    bench.client.append(Buffer.concat([speakSentence('Botox please', 4), silence(400)]));
    await bench.client.event('input_audio_buffer.committed');
    const from = bench.client.received.length;
    bench.client.append(Buffer.concat([speakSentence('tomorrow at', 4), silence(1_500)]));
    bench.client.send({ type: 'conversation.item.retrieve', item_id: 'none' });
    await bench.client.event('error', from);
    expect(bench.client.types().slice(from)).not.toContain('input_audio_buffer.committed');
    bench.client.append(silence(600));
    await bench.client.event('input_audio_buffer.committed', from);
  });

  it('is replaced by a prompt of its own when the caller stays silent too long', async () => {
    await listen({ detection: { type: 'server_vad', idle_timeout_ms: 5_000 } });
    bench.client.send({ type: 'response.create' });
    await bench.client.event('response.done');
    bench.client.append(silence(2_000));
    const timeout = await bench.client.event('input_audio_buffer.timeout_triggered');
    const committed = await bench.client.event('input_audio_buffer.committed');
    expect(committed.item_id).toBe(timeout.item_id);
    await bench.client.event('response.done', bench.client.received.indexOf(committed));
  });
});

describe("a caller's turn, committed by the client", () => {
  it('becomes an item and no response', async () => {
    const brain = await listen({ detection: null });
    bench.client.append(speakSentence('is Priya in', 4));
    bench.client.send({ type: 'input_audio_buffer.commit' });
    const committed = await bench.client.event('input_audio_buffer.committed');
    expect(committed.previous_item_id).toBeNull();
    await bench.client.event('conversation.item.done');
    bench.client.send({ type: 'response.create' });
    await bench.client.event('response.done');
    expect(bench.client.types().slice(0, 4)).toEqual([
      'input_audio_buffer.committed',
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
    ]);
    expect(brain.shown[0]?.items).toMatchObject([{ text: 'is Priya in' }]);
  });

  it('is refused under 100 ms', async () => {
    await listen({ detection: null });
    bench.client.append(noise(99));
    bench.client.send({ type: 'input_audio_buffer.commit' });
    expect(await bench.client.event('error')).toMatchObject({
      error: { code: 'input_audio_buffer_commit_empty', message: expect.stringContaining('99.00ms') },
    });
  });

  it('holds nothing that was cleared before', async () => {
    const brain = await listen({ detection: null });
    bench.client.append(speakSentence('forget this', 4));
    bench.client.send({ type: 'input_audio_buffer.clear' });
    bench.client.append(speakSentence('remember this', 4));
    bench.client.send({ type: 'input_audio_buffer.commit' });
    bench.client.send({ type: 'response.create' });
    await bench.client.event('response.done');
    expect(brain.shown[0]?.items).toMatchObject([{ text: 'remember this' }]);
  });

  it('may come as a whole item', async () => {
    const brain = await listen({ detection: null });
    const audio = speakSentence('a voice mail', 4).toString('base64');
    const item = { type: 'message', role: 'user', content: [{ type: 'input_audio', audio }] };
    bench.client.send({ type: 'conversation.item.create', item });
    bench.client.send({ type: 'response.create' });
    await bench.client.event('response.done');
    expect(brain.shown[0]?.items).toMatchObject([{ kind: 'caller', text: 'a voice mail' }]);
  });
});

describe('a transcript', () => {
  it('comes only where it was asked for, in deltas and whole, with its usage', async () => {
    await listen({ transcription: { model: 'gpt-4o-transcribe' } });
    bench.client.say('book a Botox appointment');
    const completed = await bench.client.event('conversation.item.input_audio_transcription.completed');
    const deltas = bench.client.received.filter((event) => event.type.endsWith('transcription.delta'));
    expect(deltas.map((event) => event.delta).join('')).toBe('book a Botox appointment');
    expect(completed).toMatchObject({
      transcript: 'book a Botox appointment',
      content_index: 0,
      item_id: bench.client.received[0]?.item_id,
      usage: { type: 'tokens', total_tokens: expect.any(Number) },
    });
    await bench.close();
    await listen();
    bench.client.say('book a Botox appointment');
    await bench.client.event('response.done');
    expect(bench.client.types().join()).not.toContain('transcription');
  });

  it.each(['whisper-1', 'gpt-transcribe', 'gpt-live-transcribe'])('is billed by the second for %s', async (model) => {
    await listen({ transcription: { model } });
    bench.client.say('hello');
    expect(await bench.client.event('conversation.item.input_audio_transcription.completed')).toMatchObject({
      usage: { type: 'duration', seconds: expect.any(Number) },
    });
  });
});
