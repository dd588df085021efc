/** `<Record>`: a beep, then keeps what the caller says until they fall silent, press a key, hang up or talk too long. */
import { FRAME_SAMPLES, noise, SILENT_SAMPLE } from '../../speech.ts';
import { type DocumentRequest, resolveUrl, sendForCall } from '../documents.ts';
import { playInto } from '../playback.ts';
import type { Recording } from '../recordings.ts';
import { newSid } from '../sid.ts';
import { TICK_MS } from '../ticker.ts';
import { numberAttribute, type Verb } from '../twiml.ts';
import { pause } from '../waiting.ts';
import type { Params } from '../webhooks.ts';
import { actionRequest, methodOf, NEXT_VERB, type VerbContext, type VerbOutcome } from './verb.ts';

const BEEP_MS = 200;
const DEFAULT_SILENCE_S = 5;
const DEFAULT_MAX_LENGTH_S = 3600;
const TRANSCRIPTION_MS = 300;

interface Take {
  readonly audio: Buffer;
  readonly spoken: boolean;
  readonly digits: string;
}

export async function record(verb: Verb, context: VerbContext): Promise<VerbOutcome> {
  const { call, environment, signal } = context;
  if (verb.attributes['playBeep'] !== 'false') await playInto(call.line, noise(BEEP_MS), signal);
  const take = await listen(verb, context);
  const hungUp = call.isOver;
  if (!take.spoken || (signal.aborted && !hungUp)) return NEXT_VERB;
  const recording = environment.recordings.keep(call.sid, take.audio);
  call.record({ type: 'recording', recordingSid: recording.sid, text: recording.text, seconds: recording.seconds });
  const params = recordingParams(recording, context, hungUp ? 'hangup' : take.digits);
  void report(verb, recording, context);
  const request = actionRequest(verb, context, params) ?? sameDocument(verb, context, params);
  if (request === undefined) return NEXT_VERB;
  if (!hungUp) return { next: 'document', request };
  await sendForCall(request, call, environment).catch(() => call.warn('nobody answered action after the hang-up'));
  return NEXT_VERB;
}

/** Silence before the caller's first word counts too, and then there is no recording. */
function listen(verb: Verb, { call, signal }: VerbContext): Promise<Take> {
  const silenceMs = numberAttribute(verb, 'timeout', DEFAULT_SILENCE_S) * 1000;
  const maxMs = numberAttribute(verb, 'maxLength', DEFAULT_MAX_LENGTH_S) * 1000;
  const finishKeys = verb.attributes['finishOnKey'] ?? '1234567890*#';
  const frames: Buffer[] = [];
  const silentFrame = Buffer.alloc(FRAME_SAMPLES, SILENT_SAMPLE);
  let [quietMs, spoken] = [0, false];
  return new Promise((resolve) => {
    const finish = (digits: string): void => {
      signal.removeEventListener('abort', breakOff);
      disconnect();
      resolve({ audio: Buffer.concat(frames), spoken, digits });
    };
    const breakOff = (): void => finish('');
    const disconnect = call.line.connect({
      exchange: (frame) => {
        frames.push(frame ?? silentFrame);
        spoken ||= frame !== undefined;
        quietMs = frame === undefined ? quietMs + TICK_MS : 0;
        if (quietMs >= silenceMs || frames.length * TICK_MS >= maxMs) finish('');
        return undefined;
      },
      onDigit: (digit) => {
        if (finishKeys.includes(digit)) finish(digit);
      },
    });
    signal.addEventListener('abort', breakOff);
    if (signal.aborted) breakOff();
  });
}

function recordingParams(recording: Recording, { environment }: VerbContext, digits: string): Params {
  const url = `${environment.restUrl()}/2010-04-01/Accounts/${environment.accountSid}/Recordings/${recording.sid}`;
  return {
    RecordingUrl: url,
    RecordingSid: recording.sid,
    RecordingDuration: String(recording.seconds),
    ...(digits === '' ? {} : { Digits: digits }),
  };
}

/** Without `action` Twilio asks the current document's URL again. */
function sameDocument(verb: Verb, { documentUrl }: VerbContext, params: Params): DocumentRequest | undefined {
  return documentUrl === undefined
    ? undefined
    : { purpose: 'action', url: documentUrl, method: methodOf(verb), params };
}

/** The callbacks that come on their own, later: the recording is ready; its transcription is ready. */
async function report(verb: Verb, recording: Recording, context: VerbContext): Promise<void> {
  const { call, environment } = context;
  const base = { ...recordingParams(recording, context, ''), RecordingStatus: 'completed', RecordingChannels: '1' };
  const post = async (attribute: string, params: Params): Promise<void> => {
    const url = resolveUrl(verb.attributes[attribute], context.documentUrl);
    if (url === undefined) return;
    const request = { purpose: 'recording', url, method: 'POST', params } as const;
    await sendForCall(request, call, environment).catch(() => call.warn(`nobody answered ${attribute}`));
  };
  await post('recordingStatusCallback', { ...base, RecordingSource: 'RecordVerb' });
  if (verb.attributes['transcribe'] !== 'true') return;
  await pause(TRANSCRIPTION_MS, environment.closing);
  await post('transcribeCallback', {
    ...base,
    TranscriptionSid: newSid('TR'),
    TranscriptionStatus: recording.text === '' ? 'failed' : 'completed',
    TranscriptionText: recording.text,
  });
}
