/**
 * One Realtime session of a model that hears speech by its bytes, answers each turn with three seconds of the same
 * audio, and sends a probe back at once. It sends what the service sends, in its order and at its pace, and refuses a
 * second response; what it says is made once, so that the generator does not become what is measured.
 */
import { z } from 'zod';
import { byteAt, bytesIn, FRAME_BYTES, FRAME_MS, PROBE, probeId, probePayload, SPOKEN } from './frames.ts';

const REPLY_MS = 3_000;
const DELTA_MS = 200;
/** Times real time. */
const PACE = 4;
/** Silence that ends a turn. */
const SILENCE_MS = 500;

const DELTA = Buffer.alloc(DELTA_MS * 8, 0x55).toString('base64');
const STOCK_SENTENCE = 'We are open from nine to six, and the first visit takes half an hour.';
const CALLER_SENTENCE = 'And what else should I know before I come?';
const WAITING_MS = DELTA_MS / PACE;

/** The part of `session.update` that is obeyed; everything else is read back as it came. */
const update = z.object({
  session: z.looseObject({
    audio: z
      .looseObject({
        input: z
          .looseObject({
            turn_detection: z.looseObject({ create_response: z.boolean().default(true) }).nullish(),
            transcription: z.looseObject({}).nullish(),
          })
          .optional(),
      })
      .optional(),
  }),
});
const create = z.object({
  response: z.looseObject({ conversation: z.string().optional(), instructions: z.string().optional() }).optional(),
});
const typed = z.looseObject({ type: z.string() });

interface Reply {
  readonly responseId: string;
  readonly itemId: string;
  readonly words: readonly string[];
  sentMs: number;
  dueAt: number;
}

export interface Heard {
  /** Caller audio that arrived, ms. */
  ms: number;
  messages: number;
  turns: number;
  replies: number;
}

export class ModelSession {
  private readonly send: (text: string) => void;
  private readonly heard: Heard;
  private session: z.infer<typeof update>['session'] = {};
  private createsResponse = true;
  private transcribes = false;
  private speaking = '';
  private quietMs = 0;
  private heardMs = 0;
  private made = 0;
  private reply: Reply | null = null;

  constructor(send: (text: string) => void, heard: Heard) {
    this.send = send;
    this.heard = heard;
    this.emit('session.created', { session: { type: 'realtime', id: 'sess_1' } });
  }

  /** Caller audio: base64 between `from` and `to`. */
  append(text: Uint8Array, from: number, to: number, now: number): void {
    const bytes = bytesIn(text, from, to);
    this.heard.messages++;
    this.heard.ms += bytes / 8;
    for (let at = 0; at < bytes; at += FRAME_BYTES) {
      this.heardMs += FRAME_MS;
      const first = byteAt(text, from, at);
      if (first === PROBE) this.echo(probeId(text, from, at));
      if (first === SPOKEN) this.speech();
      else if (this.speaking !== '') this.silence(now);
    }
  }

  event(text: string, now: number): void {
    const event = typed.parse(JSON.parse(text));
    switch (event.type) {
      case 'session.update':
        return this.update(event);
      case 'response.create':
        return this.create(create.parse(event).response ?? {}, now);
      case 'response.cancel':
        return this.reply ? this.end('cancelled') : this.refuse('response_cancel_not_active');
      case 'conversation.item.truncate':
        return this.emit('conversation.item.truncated', { item_id: event['item_id'], content_index: 0 });
      case 'conversation.item.create':
        return this.emit('conversation.item.added', { item: event['item'] });
    }
  }

  /** Sends what is due by now. */
  tick(now: number): void {
    if (this.reply !== null && this.reply.dueAt <= now) this.say(this.reply);
  }

  /** What an update does not name stays as it was, and all of it is read back. */
  private update(event: unknown): void {
    this.session = { ...this.session, ...update.parse(event).session };
    const input = this.session.audio?.input;
    this.createsResponse = input?.turn_detection ? input.turn_detection.create_response : false;
    this.transcribes = Boolean(input?.transcription);
    this.emit('session.updated', { session: this.session });
  }

  private speech(): void {
    this.quietMs = 0;
    if (this.speaking !== '') return;
    this.speaking = this.newId('item');
    this.emit('input_audio_buffer.speech_started', { audio_start_ms: this.heardMs, item_id: this.speaking });
  }

  private silence(now: number): void {
    this.quietMs += FRAME_MS;
    if (this.quietMs < SILENCE_MS) return;
    const at = { item_id: this.speaking };
    const content = { type: 'input_audio', transcript: null };
    const item = { id: this.speaking, type: 'message', role: 'user', status: 'completed', content: [content] };
    this.speaking = '';
    this.heard.turns++;
    this.emit('input_audio_buffer.speech_stopped', { audio_end_ms: this.heardMs, ...at });
    this.emit('input_audio_buffer.committed', { previous_item_id: null, ...at });
    this.emit('conversation.item.added', { previous_item_id: null, item });
    this.emit('conversation.item.done', { previous_item_id: null, item });
    if (this.createsResponse) this.create({}, now);
    if (!this.transcribes) return;
    this.emit('conversation.item.input_audio_transcription.delta', { ...at, content_index: 0, delta: CALLER_SENTENCE });
    this.emit('conversation.item.input_audio_transcription.completed', {
      ...at,
      content_index: 0,
      transcript: CALLER_SENTENCE,
      usage: { type: 'duration', seconds: 2 },
    });
  }

  private create(wanted: { conversation?: string | undefined; instructions?: string | undefined }, now: number): void {
    if (this.reply) return this.refuse('conversation_already_has_active_response');
    const sentence = /"(.+)"/s.exec(wanted.instructions ?? '')?.[1] ?? STOCK_SENTENCE;
    const [responseId, itemId] = [this.newId('resp'), this.newId('item')];
    this.reply = { responseId, itemId, words: sentence.split(' '), sentMs: 0, dueAt: now };
    this.heard.replies++;
    const item = { id: itemId, type: 'message', role: 'assistant', status: 'in_progress', content: [] };
    this.emit('response.created', { response: { id: responseId, status: 'in_progress', output: [] } });
    this.emit('response.output_item.added', { response_id: responseId, output_index: 0, item });
    this.emit('conversation.item.added', { previous_item_id: null, item });
    this.emit('response.content_part.added', { ...this.place(), part: { type: 'audio', transcript: '' } });
    // What nobody listens to yet is made at once.
    while (wanted.conversation === 'none' && this.reply) this.say(this.reply);
  }

  private say(reply: Reply): void {
    if (reply.sentMs >= REPLY_MS) return this.finish(reply);
    const words = wordsBetween(reply.words, reply.sentMs);
    if (words !== '') this.emit('response.output_audio_transcript.delta', { ...this.place(), delta: words });
    this.emit('response.output_audio.delta', { ...this.place(), delta: DELTA });
    reply.sentMs += DELTA_MS;
    reply.dueAt += WAITING_MS;
  }

  private finish({ responseId, itemId, words }: Reply): void {
    const transcript = words.join(' ');
    const part = { type: 'audio', transcript };
    const item = { id: itemId, type: 'message', role: 'assistant', status: 'completed', content: [part] };
    this.emit('response.output_audio.done', this.place());
    this.emit('response.output_audio_transcript.done', { ...this.place(), transcript });
    this.emit('response.content_part.done', { ...this.place(), part });
    this.emit('conversation.item.done', { previous_item_id: null, item });
    this.emit('response.output_item.done', { response_id: responseId, output_index: 0, item });
    this.end('completed');
  }

  private end(status: 'completed' | 'cancelled'): void {
    if (!this.reply) return;
    const { responseId: id } = this.reply;
    this.reply = null;
    const usage = {
      total_tokens: 400,
      input_tokens: 340,
      output_tokens: 60,
      input_token_details: { text_tokens: 300, audio_tokens: 40, cached_tokens: 0 },
      output_token_details: { text_tokens: 15, audio_tokens: 45 },
    };
    this.emit('response.done', { response: { id, status, status_details: null, output: [], usage } });
    this.emit('rate_limits.updated', { rate_limits: [] });
  }

  /** A frame of the caller's own audio as an item of its own. */
  private echo(id: number): void {
    const at = { response_id: 'resp_echo', item_id: this.newId('item'), output_index: 0, content_index: 0 };
    this.emit('response.output_audio.delta', { ...at, delta: probePayload(id) });
    this.emit('response.output_audio.done', at);
  }

  private place(): object {
    const { responseId = '', itemId = '' } = this.reply ?? {};
    return { response_id: responseId, item_id: itemId, output_index: 0, content_index: 0 };
  }

  private refuse(code: string): void {
    const error = { type: 'invalid_request_error', code, message: code, param: null, event_id: null };
    this.emit('error', { error });
  }

  private newId(kind: string): string {
    return `${kind}_${(++this.made).toString(36).padStart(20, '0')}`;
  }

  private emit(type: string, fields: object): void {
    this.send(JSON.stringify({ type, event_id: this.newId('event'), ...fields }));
  }
}

/** The words that begin in the delta at `fromMs`, spread evenly over the reply. */
function wordsBetween(words: readonly string[], fromMs: number): string {
  const index = (ms: number): number => Math.min(words.length, Math.ceil((ms / REPLY_MS) * words.length));
  return words
    .slice(index(fromMs), index(fromMs + DELTA_MS))
    .map((word) => `${word} `)
    .join('');
}
