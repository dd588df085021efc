/**
 * Has sentences spoken once, so that they can be played for ever: a session of its own, one out-of-band response a
 * sentence, nothing kept in any conversation. What the model said is compared with what it was to say; a sentence it
 * would not say word for word is not rendered.
 */
import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { REALTIME_LIMITS, type RealtimeOptions, realtimeUrl } from './realtime.ts';
import { AUDIO_FORMAT } from './session.ts';
import { verbatim } from './wire.ts';

export interface RenderedSentence {
  readonly sentence: string;
  /** 8 kHz µ-law samples. */
  readonly audio: Buffer;
}

const RENDER_LIMITS = {
  /** From asking for a sentence to the end of its audio. */
  sentenceMs: 20_000,
  tries: 2,
  /** A minute of speech: no fixed phrase is as long. */
  audioBytes: 60 * 8_000,
} as const;

/**
 * Renders sentences one after the other and hands each over as it is done. Rejects where the service can't be had; a
 * sentence that was said differently each time is left out.
 */
export async function renderSentences(
  options: RealtimeOptions,
  voice: string,
  sentences: readonly string[],
  onRendered: (rendered: RenderedSentence) => Promise<void>,
): Promise<void> {
  const session = await RenderSession.open(options, voice);
  try {
    for (const sentence of sentences) {
      for (let tries = 0; tries < RENDER_LIMITS.tries; tries++) {
        const { audio, transcript } = await session.say(sentence);
        if (!sameWords(transcript, sentence)) continue;
        await onRendered({ sentence, audio });
        break;
      }
    }
  } finally {
    session.close();
  }
}

const ServerEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('session.updated') }),
  z.object({ type: z.literal('response.output_audio.delta'), delta: z.string() }),
  z.object({ type: z.literal('response.output_audio_transcript.done'), transcript: z.string() }),
  z.object({ type: z.literal('response.done'), response: z.object({ status: z.string().optional() }) }),
  z.object({ type: z.literal('error'), error: z.object({ code: z.string().nullish(), type: z.string().nullish() }) }),
]);
type ServerEvent = z.infer<typeof ServerEvent>;

class RenderSession {
  private readonly socket: WebSocket;
  private listener: ((event: ServerEvent | Error) => void) | undefined;

  private constructor(options: RealtimeOptions) {
    this.socket = new WebSocket(realtimeUrl(options), {
      headers: { authorization: `Bearer ${options.apiKey}` },
      handshakeTimeout: REALTIME_LIMITS.handshakeMs,
      maxPayload: REALTIME_LIMITS.messageBytes,
      perMessageDeflate: false,
    });
    this.socket.on('message', (data) => {
      const event = ServerEvent.safeParse(JSON.parse(data.toString()));
      if (event.success) this.listener?.(event.data);
    });
    this.socket.on('error', (error) => this.listener?.(error));
    this.socket.on('close', (code) => this.listener?.(new Error(`the session was closed (${code})`)));
  }

  static async open(options: RealtimeOptions, voice: string): Promise<RenderSession> {
    const session = new RenderSession(options);
    const ready = session.until((event) => (event.type === 'session.updated' ? true : undefined));
    session.socket.once('open', () => {
      session.send({
        type: 'session.update',
        session: {
          type: 'realtime',
          model: options.model,
          output_modalities: ['audio'],
          audio: { input: { turn_detection: null }, output: { format: AUDIO_FORMAT, voice } },
        },
      });
    });
    await ready.catch((error: unknown) => {
      session.close();
      throw error;
    });
    return session;
  }

  async say(sentence: string): Promise<{ readonly audio: Buffer; readonly transcript: string }> {
    const pieces: Buffer[] = [];
    let bytes = 0;
    let transcript = '';
    const done = this.until((event) => {
      if (event.type === 'response.output_audio.delta' && bytes < RENDER_LIMITS.audioBytes) {
        const piece = Buffer.from(event.delta, 'base64');
        pieces.push(piece);
        bytes += piece.length;
      }
      if (event.type === 'response.output_audio_transcript.done') transcript = event.transcript;
      return event.type === 'response.done' ? true : undefined;
    });
    this.send({
      type: 'response.create',
      response: { conversation: 'none', input: [], instructions: verbatim(sentence), output_modalities: ['audio'] },
    });
    await done;
    return { audio: Buffer.concat(pieces), transcript };
  }

  close(): void {
    this.listener = undefined;
    this.socket.on('error', () => undefined);
    this.socket.terminate();
  }

  private send(event: RealtimeClientEvent): void {
    this.socket.send(JSON.stringify(event));
  }

  /** Listens until the answer is there; rejects on an error, a lost socket or past the time. */
  private until<T>(answer: (event: ServerEvent) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => settle(() => reject(new Error('no answer in time'))), RENDER_LIMITS.sentenceMs);
      const settle = (finish: () => void): void => {
        clearTimeout(limit);
        this.listener = undefined;
        finish();
      };
      this.listener = (event) => {
        if (event instanceof Error) return settle(() => reject(event));
        if (event.type === 'error') {
          return settle(() => reject(new Error(`refused: ${event.error.code ?? event.error.type ?? 'unknown'}`)));
        }
        const found = answer(event);
        if (found !== undefined) settle(() => resolve(found));
      };
    });
  }
}

function sameWords(said: string, wanted: string): boolean {
  const words = (text: string): string =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
  return words(said) === words(wanted);
}
