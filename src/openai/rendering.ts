/**
 * Has sentences spoken once, so that they can be played for ever: a session of its own, one out-of-band response a
 * sentence, nothing kept in any conversation. What the model said is compared with what it was to say; a sentence it
 * would not say word for word is left out.
 */
import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { ModelReport } from '../../actors/model/messages.ts';
import { type AudioFormat, BYTES_PER_MS } from '../domain/audio-format.ts';
import type { TokenUsage } from '../domain/events.ts';
import type { PhraseAudio } from '../domain/ports.ts';
import { parsedEvent, type RealtimeOptions, realtimeSocket } from './realtime.ts';
import { formatOf } from './session.ts';
import { reportOf, verbatim } from './wire.ts';

export interface RenderRequest {
  readonly voice: string;
  readonly format: AudioFormat;
  readonly sentences: readonly string[];
}

export interface RenderListener {
  /** A sentence as it sounds; awaited before the next one is asked for. */
  onRendered(sentence: string, audio: PhraseAudio): Promise<void>;
  /** The model said something else, each time. */
  onRefused(sentence: string): void;
  onUsage(usage: TokenUsage): void;
}

/**
 * Renders sentences one after the other and tells of each. Rejects where the service can't be had or fails, where the
 * listener does, and when `signal` is aborted; what was told of by then stands.
 */
export type RenderSentences = (request: RenderRequest, listener: RenderListener, signal: AbortSignal) => Promise<void>;

export const RENDER_LIMITS = {
  /** From the first word on the wire to a session that is set. */
  sessionMs: 15_000,
  /** From asking for a sentence to the end of its audio. */
  sentenceMs: 30_000,
  tries: 3,
  /** No fixed phrase is as long; base64 characters of a minute in the larger format. */
  payloadCharacters: 4_000_000,
} as const;

export function sentenceRenderer(options: Omit<RealtimeOptions, 'transcriptionModel'>): RenderSentences {
  return async (request, listener, signal) => {
    const session = new RenderSession(options, signal);
    try {
      await session.open(options.model, request);
      for (const sentence of request.sentences) {
        const audio = await spoken(session, sentence, request.format, listener);
        if (audio) await listener.onRendered(sentence, audio);
        else listener.onRefused(sentence);
      }
    } finally {
      session.close();
    }
  };
}

/** Null where the model said something else each time; rejects where the last time it could not say it to the end. */
async function spoken(
  session: RenderSession,
  sentence: string,
  format: AudioFormat,
  listener: RenderListener,
): Promise<PhraseAudio | null> {
  let failure: Error | null = null;
  for (let tries = 0; tries < RENDER_LIMITS.tries; tries++) {
    const { audio, transcript, status, usage } = await session.say(sentence);
    if (usage) listener.onUsage(usage);
    failure = status === 'completed' && audio.length > 0 ? null : new Error(`a sentence ended as ${status}`);
    if (failure || !sameWords(transcript, sentence)) continue;
    return { payload: audio.toString('base64'), ms: audio.length / BYTES_PER_MS[format] };
  }
  if (failure) throw failure;
  return null;
}

interface Said {
  readonly audio: Buffer;
  readonly transcript: string;
  readonly status: string;
  readonly usage: TokenUsage | null;
}

type ServerEvent = NonNullable<ReturnType<typeof parsedEvent>>;

const updated = z.object({
  type: z.literal('session.updated'),
  session: z.object({ audio: z.object({ output: z.object({ format: z.object({ type: z.string() }) }) }) }),
});

/** One socket; one thing is waited for at a time. */
class RenderSession {
  private readonly socket: WebSocket;
  private listener: ((event: ServerEvent, report: ModelReport | null) => void) | undefined;
  private fail: ((error: Error) => void) | undefined;
  private failure: Error | undefined;
  /** Items of sentences that are over: what comes late of them is of no use to the next. */
  private readonly past = new Set<string>();

  constructor(options: Pick<RealtimeOptions, 'url' | 'apiKey' | 'model'>, signal: AbortSignal) {
    this.socket = realtimeSocket(options);
    const lose = (why: string): void => {
      this.failure ??= new Error(why);
      this.fail?.(this.failure);
      this.socket.terminate();
    };
    this.socket.on('message', (data, isBinary) => {
      const event = isBinary ? null : parsedEvent(data);
      const report = event && reportOf(event);
      // Whatever was refused, nothing of this session is worth more than another one.
      if (report?.type === 'lost' || report?.type === 'refused') lose(report.code);
      else if (event) this.listener?.(event, report);
    });
    this.socket.on('unexpected-response', (_request, response) => lose(`refused with ${response.statusCode}`));
    this.socket.on('error', (error) => lose(error.message));
    this.socket.on('close', (code) => lose(`the session was closed (${code})`));
    const giveUp = (): void => lose('given up');
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    this.socket.on('close', () => signal.removeEventListener('abort', giveUp));
  }

  async open(model: string, { voice, format }: RenderRequest): Promise<void> {
    this.socket.once('open', () =>
      this.send({
        type: 'session.update',
        session: {
          type: 'realtime',
          model,
          output_modalities: ['audio'],
          audio: {
            input: { turn_detection: null },
            output: { format: formatOf(format), voice },
          },
        },
      }),
    );
    const granted = await this.until(RENDER_LIMITS.sessionMs, (event) => {
      const parsed = updated.safeParse(event);
      return parsed.success ? parsed.data.session.audio.output.format.type : undefined;
    });
    if (granted !== format) throw new Error(`the session speaks ${granted}`);
  }

  async say(sentence: string): Promise<Said> {
    const pieces: string[] = [];
    const items = new Set<string>();
    let characters = 0;
    let transcript = '';
    const ended = this.until(RENDER_LIMITS.sentenceMs, (_event, report) => {
      const isOurs = report?.type === 'audio' && !this.past.has(report.itemId);
      if (isOurs && characters < RENDER_LIMITS.payloadCharacters) {
        items.add(report.itemId);
        pieces.push(report.payload);
        characters += report.payload.length;
      }
      if (report?.type === 'words') transcript = report.text;
      return report?.type === 'response_ended' ? report : undefined;
    });
    this.send({
      type: 'response.create',
      response: {
        conversation: 'none',
        input: [],
        instructions: verbatim(sentence),
        output_modalities: ['audio'],
        tool_choice: 'none',
      },
    });
    const { status, usage } = await ended;
    for (const item of items) this.past.add(item);
    return { audio: Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64'))), transcript, status, usage };
  }

  close(): void {
    this.socket.terminate();
  }

  private send(event: RealtimeClientEvent): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(event));
  }

  /** Listens until the answer is there; rejects where the session is lost, or past the time. */
  private async until<T>(
    limitMs: number,
    read: (event: ServerEvent, report: ModelReport | null) => T | undefined,
  ): Promise<T> {
    if (this.failure) throw this.failure;
    let limit: NodeJS.Timeout | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        limit = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
        this.fail = reject;
        this.listener = (event, report) => {
          const answer = read(event, report);
          if (answer !== undefined) resolve(answer);
        };
      });
    } finally {
      clearTimeout(limit);
      this.listener = undefined;
      this.fail = undefined;
    }
  }
}

function sameWords(said: string, wanted: string): boolean {
  return spokenWords(said) === spokenWords(wanted);
}

/** Punctuation, case and kinds of apostrophes are not heard. */
function spokenWords(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
