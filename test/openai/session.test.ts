import { describe, expect, it } from 'vitest';
import { sessionOf } from '../../src/openai/session.ts';

const BRIEF = {
  instructions: 'Be kind.',
  voice: 'marin',
  languages: ['en-US'],
  format: 'audio/pcmu' as const,
  tools: [],
};
const MODELS = { model: 'gpt-realtime-2.1', transcriptionModel: 'gpt-transcribe' };

const hint = (languages?: readonly string[]): unknown =>
  sessionOf({ ...BRIEF, ...(languages ? { languages } : {}) }, MODELS).audio?.input?.transcription;

describe('a session hears', () => {
  it('one language where callers speak but one, whatever its country', () => {
    expect(hint()).toEqual({ model: 'gpt-transcribe', language: 'en' });
    expect(hint(['en-US', 'en-GB'])).toEqual({ model: 'gpt-transcribe', language: 'en' });
  });

  it('any language where callers may speak several', () => {
    expect(hint(['en-US', 'es-US'])).toEqual({ model: 'gpt-transcribe' });
  });
});
