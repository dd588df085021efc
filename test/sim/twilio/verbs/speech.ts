/** `<Say>`, `<Play>`, `<Pause>`: what a call hears while its document runs. */
import { silence, speakWords } from '../../speech.ts';
import { resolveUrl } from '../documents.ts';
import { type PlaybackOptions, playInto } from '../playback.ts';
import { numberAttribute, type Verb } from '../twiml.ts';
import { fetchOnce } from '../web-client.ts';
import { NEXT_VERB, type VerbContext, type VerbOutcome } from './verb.ts';

const MAX_LOOPS = 20;
const AUDIO_FETCH_TIMEOUT_MS = 5_000;

export async function say(verb: Verb, context: VerbContext, options?: PlaybackOptions): Promise<VerbOutcome> {
  const { call, environment, signal } = context;
  const audio = speakWords(verb.text, environment.pace);
  await repeat(verb, () => playInto(call.line, audio, signal, options));
  return NEXT_VERB;
}

/** Only 8 kHz µ-law can be played; any other audio is heard as a second of silence. */
export async function play(verb: Verb, context: VerbContext, options?: PlaybackOptions): Promise<VerbOutcome> {
  const url = resolveUrl(verb.text, context.documentUrl);
  if (url === undefined) return NEXT_VERB;
  const audio = await fetchAudio(url, context);
  await repeat(verb, () => playInto(context.call.line, audio, context.signal, options));
  return NEXT_VERB;
}

export async function pauseVerb(verb: Verb, context: VerbContext, options?: PlaybackOptions): Promise<VerbOutcome> {
  const ms = numberAttribute(verb, 'length', 1) * 1000;
  await playInto(context.call.line, silence(ms), context.signal, options);
  return NEXT_VERB;
}

async function repeat(verb: Verb, once: () => Promise<void>): Promise<void> {
  const asked = numberAttribute(verb, 'loop', 1);
  const loops = Math.min(asked === 0 ? MAX_LOOPS : asked, MAX_LOOPS);
  for (let i = 0; i < loops; i++) await once();
}

async function fetchAudio(url: string, { call, environment }: VerbContext): Promise<Buffer> {
  const target = environment.addressesFor(call.accountNumber).toReach(url);
  try {
    const answer = await fetchOnce({ url: target, method: 'GET', headers: {}, timeoutMs: AUDIO_FETCH_TIMEOUT_MS });
    if (answer.status === 200 && /^audio\/(basic|x-mulaw|mulaw|ulaw)/.test(answer.contentType)) return answer.body;
    call.warn(`<Play>: ${url} answered ${answer.status} ${answer.contentType}, heard as silence`);
  } catch (error) {
    call.warn(`<Play>: ${url}: ${String(error)}`);
  }
  return silence(1000);
}
