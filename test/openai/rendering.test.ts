import { afterEach, describe, expect, it } from 'vitest';
import type { AudioFormat } from '../../src/domain/audio-format.ts';
import type { TokenUsage } from '../../src/domain/events.ts';
import type { PhraseAudio } from '../../src/domain/ports.ts';
import { RENDER_LIMITS, sentenceRenderer } from '../../src/openai/rendering.ts';
import { audioReader } from '../sim/openai/audio.ts';
import type { Brain } from '../sim/openai/brain/brain.ts';
import { type OpenAiSim, type OpenAiSimOptions, startOpenAiSim } from '../sim/openai/server.ts';
import { Listener } from '../sim/speech.ts';

const GREETING = "Thank you for calling Radiance Med Spa. I'm Ava.";
const ADIOS = 'Gracias por llamar. ¡Adiós!';

let openai: OpenAiSim;
afterEach(() => openai.stop());

interface Rendered {
  readonly audio: Map<string, PhraseAudio>;
  readonly refused: string[];
  readonly usage: TokenUsage[];
  readonly done: Promise<void>;
}

async function rendering(
  options: OpenAiSimOptions,
  sentences: readonly string[],
  { format = 'audio/pcmu', signal = new AbortController().signal }: { format?: AudioFormat; signal?: AbortSignal } = {},
): Promise<Rendered> {
  openai = await startOpenAiSim({ pace: 20, deltaSpeed: 50, ...options });
  const render = sentenceRenderer({ url: openai.realtimeUrl, apiKey: 'sk-simulated', model: 'gpt-realtime-2.1' });
  const [audio, refused, usage] = [new Map<string, PhraseAudio>(), [] as string[], [] as TokenUsage[]];
  const listener = {
    onRendered: async (sentence: string, said: PhraseAudio) => void audio.set(sentence, said),
    onRefused: (sentence: string) => void refused.push(sentence),
    onUsage: (used: TokenUsage) => void usage.push(used),
  };
  const done = render({ voice: 'marin', format, sentences }, listener, signal);
  done.catch(() => undefined);
  return { audio, refused, usage, done };
}

/** The words in rendered audio, as a caller's phone hears them. */
function heard(said: PhraseAudio | undefined, format: AudioFormat = 'audio/pcmu'): string {
  const reader = audioReader(format === 'audio/pcm' ? { type: format, rate: 24_000 } : { type: format });
  const words = new Listener().push(reader.read(Buffer.from(said?.payload ?? '', 'base64')));
  expect(words.some(({ damaged }) => damaged)).toBe(false);
  return words.map(({ text }) => text).join(' ');
}

/** Says something else so many times, then what it was told. */
function forgetful(times: number): Brain {
  let said = 0;
  return {
    name: 'forgetful',
    reply: ({ responseInstructions = '' }) => ({
      say: said++ < times ? 'Hi there, how are you?' : (/"(.+)"/.exec(responseInstructions)?.[1] ?? ''),
    }),
  };
}

describe('a rendered sentence', () => {
  it.each(['audio/pcmu', 'audio/pcm'] as const)('is heard word for word, whole, in %s', async (format) => {
    const { audio, refused, usage, done } = await rendering({}, [GREETING, ADIOS], { format });
    await done;
    expect(heard(audio.get(GREETING), format)).toBe(GREETING);
    expect(heard(audio.get(ADIOS), format)).toBe(ADIOS);
    for (const { payload, ms } of audio.values()) {
      expect(ms).toBe(Buffer.from(payload, 'base64').length / (format === 'audio/pcm' ? 48 : 8));
      expect(ms).toBeGreaterThan(20);
    }
    expect(refused).toEqual([]);
    expect(usage).toHaveLength(2);
    expect(usage[0]?.audioOut).toBeGreaterThan(0);
  });

  it('leaves its session and the service’s conversation as they were', async () => {
    const { done } = await rendering({}, [GREETING, ADIOS]);
    await done;
    await expect.poll(() => openai.sessions()).toEqual([]);
    const responses = openai.log.since(0).flatMap(({ record }) => (record.kind === 'response_started' ? [record] : []));
    expect(responses.map((response) => response['out_of_band'])).toEqual([true, true]);
  });

  it('is tried again where the model said something else', async () => {
    const { audio, refused, done } = await rendering({ brain: forgetful(RENDER_LIMITS.tries - 1) }, [GREETING]);
    await done;
    expect(heard(audio.get(GREETING))).toBe(GREETING);
    expect(refused).toEqual([]);
  });

  it('is gone without where the model will not say it, and the next one is rendered all the same', async () => {
    const { audio, refused, usage, done } = await rendering({ brain: forgetful(RENDER_LIMITS.tries) }, [
      GREETING,
      ADIOS,
    ]);
    await done;
    expect(refused).toEqual([GREETING]);
    expect([...audio.keys()]).toEqual([ADIOS]);
    expect(usage).toHaveLength(RENDER_LIMITS.tries + 1);
  });

  it('has nothing in it of the one before, though audio of that comes late', async () => {
    const { audio, done } = await rendering({ faults: { faults: [{ kind: 'late_deltas', count: 20 }] } }, [
      GREETING,
      ADIOS,
    ]);
    await done;
    expect(heard(audio.get(ADIOS))).toBe(ADIOS);
  });
});

describe('rendering', () => {
  it('outlives a response that failed, and one that was broken off', async () => {
    const faults = [
      { kind: 'response_failed' as const, onNth: 1 },
      { kind: 'response_incomplete' as const, onNth: 2 },
    ];
    const { audio, done } = await rendering({ faults: { faults } }, [GREETING]);
    await done;
    expect(heard(audio.get(GREETING))).toBe(GREETING);
  });

  it.each([
    ['refuses the connection', { kind: 'refuse_connect', status: 503 }, /503/],
    ['fails every response', { kind: 'response_failed' }, /failed/],
    ['speaks another format', { kind: 'formats_differ' }, /speaks audio\/pcm/],
    ['drops the socket', { kind: 'reset', afterResponses: 1 }, /closed/],
    ['has no quota', { kind: 'error', code: 'insufficient_quota', afterResponses: 1 }, /insufficient_quota/],
  ] as const)('rejects where the service %s, and closes its socket', async (_what, fault, why) => {
    const { done } = await rendering({ faults: { faults: [fault] } }, [GREETING, ADIOS]);
    await expect(done).rejects.toThrow(why);
    await expect.poll(() => openai.sessions()).toEqual([]);
  });

  it('stops at once when it is told to, however silent the service', async () => {
    const stop = new AbortController();
    const { done } = await rendering({ faults: { faults: [{ kind: 'black_hole' }] } }, [GREETING], {
      signal: stop.signal,
    });
    stop.abort();
    await expect(done).rejects.toThrow('given up');
  });
});
