import { afterEach, describe, expect, it } from 'vitest';
import { FaultDesk, type FaultPlan } from './faults.ts';
import type { Received } from './test-client.ts';
import { type Bench, openBench, PHONE, ScriptedBrain, setUp } from './test-session.ts';

let bench: Bench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

type Faults = FaultPlan['faults'];

async function faulty(faults: Faults, say = 'Good morning to you'): Promise<Bench> {
  bench = await openBench({ brain: new ScriptedBrain({ say }), faults: { faults } });
  return bench;
}

describe('the fault desk', () => {
  it('strikes on the nth occasion, so often, once old enough, or by chance from its seed', () => {
    const desk = new FaultDesk({ faults: [{ kind: 'reset', onNth: 2 }] });
    expect([1, 2, 3].map((nth) => desk.strike(['reset'], { nth }) !== undefined)).toEqual([false, true, false]);
    desk.set({ faults: [{ kind: 'reset', times: 2 }] });
    expect([1, 2, 3].map((nth) => desk.strike(['reset'], { nth }) !== undefined)).toEqual([true, true, false]);
    desk.set({ faults: [{ kind: 'reset', afterMs: 100, afterResponses: 2 }] });
    expect(desk.strike(['reset'], { nth: 1, sessionAgeMs: 100, responsesDone: 1 })).toBeUndefined();
    expect(desk.strike(['close'], { nth: 1, sessionAgeMs: 100, responsesDone: 2 })).toBeUndefined();
    expect(desk.strike(['reset'], { nth: 1, sessionAgeMs: 100, responsesDone: 2 })).toBeDefined();
    const draws = (seed: number): boolean[] => {
      desk.set({ seed, faults: [{ kind: 'reset', probability: 0.5 }] });
      return Array.from({ length: 40 }, (_, nth) => desk.strike(['reset'], { nth }) !== undefined);
    };
    expect(draws(3)).toEqual(draws(3));
    expect(draws(3)).not.toEqual(draws(4));
    expect(new Set(draws(3)).size).toBe(2);
  });

  it('refuses a plan that makes no sense', () => {
    expect(() => new FaultDesk({ faults: [{ kind: 'refuse_connect', status: 401, onNth: 0 }] })).toThrow('onNth');
  });
});

describe('connecting', () => {
  it.each([401, 429, 500, 503] as const)('can be refused with %i, once', async (status) => {
    const { client, connect } = await faulty([{ kind: 'refuse_connect', status, times: 1 }]);
    await client.until(() => client.refusedWith !== undefined, 'the refusal');
    expect(client.refusedWith).toBe(status);
    await connect().event('session.created');
  });

  it('can take its time, or never come about', async () => {
    const beganMs = performance.now();
    const { client, connect } = await faulty([
      { kind: 'slow_handshake', ms: 150, onNth: 1 },
      { kind: 'no_handshake', onNth: 2 },
    ]);
    await client.event('session.created');
    expect(performance.now() - beganMs).toBeGreaterThanOrEqual(140);
    const [stuck, fine] = [connect(), connect()];
    await fine.event('session.created');
    expect(stuck.socket.readyState).toBe(stuck.socket.CONNECTING);
  });
});

describe('a live socket', () => {
  it('can fall silent and stay open', async () => {
    const { client } = await faulty([{ kind: 'black_hole', afterResponses: 1 }]);
    await setUp(client);
    client.send({ type: 'response.create' });
    await client.event('response.done');
    const count = client.received.length;
    client.send({ type: 'response.create' });
    await pong(client);
    expect(client.received).toHaveLength(count);
    expect(client.closed).toBeUndefined();
  });

  it('can be reset in the middle of a session', async () => {
    const { client, sim } = await faulty([{ kind: 'reset', afterMs: 120 }]);
    await client.event('session.created');
    await client.until(() => client.closed !== undefined, 'the reset');
    expect(client.closed?.code).toBe(1006);
    await expect.poll(() => sim.sessions()).toEqual([]);
  });

  it.each([1011, 1001])('can be closed with %i', async (code) => {
    const { client } = await faulty([{ kind: 'close', code, reason: 'bad day', afterResponses: 1 }]);
    await setUp(client);
    client.send({ type: 'response.create' });
    await client.until(() => client.closed !== undefined, 'the close');
    expect(client.closed).toEqual({ code, reason: 'bad day' });
  });

  it.each(['rate_limit_exceeded', 'server_error', 'insufficient_quota'])('can be told %s', async (code) => {
    const { client } = await faulty([{ kind: 'error', code, closeCode: 1008, times: 1 }]);
    expect(await client.event('error')).toMatchObject({ error: { type: code, code, param: null } });
    await client.until(() => client.closed !== undefined, 'the close');
    expect(client.closed?.code).toBe(1008);
  });
});

async function responseWith(faults: Faults): Promise<Received> {
  const { client } = await faulty(faults);
  await setUp(client);
  client.send({ type: 'response.create' });
  return client.event('response.done');
}

describe('a response', () => {
  it('can fail with no output', async () => {
    expect(
      await responseWith([{ kind: 'response_failed', code: 'rate_limit_exceeded', type: 'tokens' }]),
    ).toMatchObject({
      response: {
        status: 'failed',
        status_details: { type: 'failed', error: { code: 'rate_limit_exceeded', type: 'tokens' } },
        output: [],
      },
    });
  });

  it('can stay incomplete', async () => {
    expect(await responseWith([{ kind: 'response_incomplete' }])).toMatchObject({
      response: {
        status: 'incomplete',
        status_details: { reason: 'content_filter' },
        output: [{ status: 'incomplete' }],
      },
    });
  });

  it('can be followed by audio that comes too late, and by events nobody knows', async () => {
    const { client } = await faulty(
      [
        { kind: 'late_deltas', count: 2, onNth: 1 },
        { kind: 'unknown_events', onNth: 2 },
      ],
      'a sentence that is long enough to be cancelled before it has ended, '.repeat(20),
    );
    await setUp(client);
    client.send({ type: 'response.create' });
    await client.event('response.output_audio.delta');
    client.send({ type: 'response.cancel' });
    const end = await client.event('response.done');
    const from = client.received.indexOf(end) + 1;
    await client.until(() => client.received.length >= from + 2, 'late audio');
    expect(client.types().slice(from, from + 2)).toEqual([
      'response.output_audio.delta',
      'response.output_audio.delta',
    ]);
    client.send({ type: 'response.create' });
    await client.event('response.mood.updated');
  });
});

describe('what is read back', () => {
  it('can show other formats than were asked for', async () => {
    const { client } = await faulty([{ kind: 'formats_differ' }]);
    await setUp(client);
    expect(await client.event('session.updated')).toMatchObject({
      session: {
        audio: { input: { format: { type: 'audio/pcm' } }, output: { format: { type: 'audio/pcm', rate: 24_000 } } },
      },
    });
  });

  it('can be transcribed in the wrong order', async () => {
    const { client } = await transcribing([{ kind: 'transcription_reordered', onNth: 1 }]);
    for (const words of ['first', 'second']) client.say(words);
    await client.until(() => transcripts(client.received).length === 2, 'two transcripts');
    expect(transcripts(client.received)).toEqual(['second', 'first']);
  });

  it('can be transcribed late, or not at all', async () => {
    const { client } = await transcribing([
      { kind: 'transcription_failed', onNth: 1 },
      { kind: 'transcription_delayed', ms: 400, onNth: 2 },
    ]);
    client.say('first');
    const failed = await client.event('conversation.item.input_audio_transcription.failed');
    expect(failed).toMatchObject({ content_index: 0, error: { type: 'transcription_error' } });
    const beganMs = performance.now();
    client.say('second');
    await client.until(() => transcripts(client.received).length === 1, 'the late transcript');
    expect(performance.now() - beganMs).toBeGreaterThan(380);
  });
});

async function transcribing(faults: Faults): Promise<Bench> {
  const faultyBench = await faulty(faults);
  const input = { ...PHONE.input, turn_detection: { type: 'server_vad', create_response: false }, transcription: {} };
  await setUp(faultyBench.client, {}, { ...PHONE, input });
  return faultyBench;
}

function transcripts(received: readonly Received[]): unknown[] {
  const completed = received.filter((event) => event.type === 'conversation.item.input_audio_transcription.completed');
  return completed.map((event) => event.transcript);
}

/** Everything sent before has been handled once the pong is there. */
async function pong(client: Bench['client']): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    client.socket.once('pong', () => resolve());
  });
  client.socket.ping();
  await answered;
}
