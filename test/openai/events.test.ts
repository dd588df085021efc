import { describe, expect, it } from 'vitest';
import { ownEvents } from '../../src/openai/own-events.ts';
import { closeCode } from '../../src/openai/refusals.ts';
import { voiceLength } from '../../src/openai/voice-length.ts';
import { reportOf } from '../../src/openai/wire.ts';

const began = (ms: number) => ({ type: 'input_audio_buffer.speech_started', audio_start_ms: ms, item_id: 'u' });
const ended = (ms: number) => ({ type: 'input_audio_buffer.speech_stopped', audio_end_ms: ms, item_id: 'u' });
const created = (id: string, conversation?: string | null) => ({
  type: 'response.created',
  response: { id, conversation_id: conversation },
});
const delta = (id: string) => ({ type: 'response.output_audio.delta', response_id: id, item_id: 'i', delta: 'AAAA' });
const done = (id: string) => ({ type: 'response.done', response: { id } });
const limits = (remaining: number) => ({
  type: 'rate_limits.updated',
  rate_limits: [
    { name: 'requests', limit: 100, remaining: 90, reset_seconds: 1 },
    { name: 'tokens', limit: 40_000, remaining, reset_seconds: 2.5 },
  ],
});

describe('how long a voice was', () => {
  it('leaves out the padding before it and the silence that ended it', () => {
    const voice = voiceLength();
    voice.began(began(1_700));
    expect(voice.ended(ended(3_500))).toBe(1_000);
  });

  it('is not known where there was less padding than was asked for', () => {
    const voice = voiceLength();
    voice.began(began(0));
    expect(voice.ended(ended(1_000))).toBeNull();
    voice.began(began(1_000));
    expect(voice.ended(ended(2_500))).toBeNull();
    voice.began(began(3_000));
    expect(voice.ended(ended(4_000))).toBe(200);
  });

  it('is not known where the service gives no times', () => {
    const voice = voiceLength();
    voice.began({ type: 'input_audio_buffer.speech_started', item_id: 'u' });
    expect(voice.ended(ended(4_000))).toBeNull();
    expect(voice.ended({ type: 'input_audio_buffer.speech_stopped' })).toBeNull();
  });
});

describe('a response beside the conversation', () => {
  it('is heard by nobody from its beginning to its end', () => {
    const own = ownEvents();
    expect([created('beside', null), delta('beside'), done('beside')].map((event) => own.hears(event))).toEqual([
      false,
      false,
      false,
    ]);
    expect([created('r', 'conv'), delta('r'), done('r')].map((event) => own.hears(event))).toEqual([true, true, true]);
  });

  it('is none where it was asked for as the next of the conversation, or says nothing of one', () => {
    const own = ownEvents();
    own.asked();
    expect(own.hears(created('r', null))).toBe(true);
    expect(own.hears(delta('r'))).toBe(true);
    expect(own.hears(created('s'))).toBe(true);
  });
});

describe('what the service says of its limits', () => {
  it('is told where little is left', () => {
    expect(reportOf(limits(2_000))).toEqual({ type: 'limit_near', limit: 'tokens', share: 0.05, resetMs: 2_500 });
    expect(reportOf(limits(20_000))).toBeNull();
    expect(reportOf({ type: 'rate_limits.updated' })).toBeNull();
  });
});

describe('a socket that was closed', () => {
  it('is called by its reason where that names a fatal code, else by its number', () => {
    expect(closeCode(3000, 'invalid_request_error.invalid_api_key')).toBe('invalid_api_key');
    expect(closeCode(1011, 'keepalive timeout')).toBe('close_1011');
    expect(closeCode(1006, '')).toBe('close_1006');
  });
});
