/** What Twilio is told to do with a call, as TwiML documents. */
import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import { primary } from '../domain/language.ts';
import { networkSentences, type SpokenFor } from '../domain/network-sentences.ts';

interface StreamInstruction {
  /** `ws(s)://…` without a query: Twilio refuses one. */
  readonly streamUrl: string;
  readonly token: string;
  /** Absolute URL that is asked when the stream ends. */
  readonly actionUrl: string;
}

interface StaffInstruction {
  /** Said first, in the language of `clinic`; null says nothing. */
  readonly sentence: string | null;
  /** E.164; null takes a voicemail instead. */
  readonly staffPhone: string | null;
  readonly clinic: SpokenFor;
  /** What staff see as the caller: the clinic's own number, or null for Twilio's default (the caller's). */
  readonly callerId: string | null;
  readonly actionUrl: string;
  /** Asked for what staff hear before they are connected; null connects whoever or whatever picks up. */
  readonly whisperUrl: string | null;
}

interface WhisperInstruction {
  /** Who calls, and why. */
  readonly sentence: string;
  /** Absolute URL that is asked when a key was pressed. */
  readonly acceptUrl: string;
}

type Voice = NonNullable<VoiceResponse.SayAttributes['language']>;

/**
 * Of the languages in which there are sentences, all but the network's own, English; such as any of its voices is said to
 * speak. Where none is the caller's, the first of their language.
 */
const VOICES: readonly Voice[] = ['es-MX', 'es-ES', 'fr-FR', 'fr-CA', 'de-DE'];

/** How long staff's telephone rings. */
const DIAL_TIMEOUT_S = 20;
/** How long staff may take to press a key once they have heard who calls. */
const ACCEPT_S = 8;
const VOICEMAIL_LENGTH_S = 180;
const VOICEMAIL_SILENCE_S = 8;

export function streamTwiml({ streamUrl, token, actionUrl }: StreamInstruction): string {
  const response = new VoiceResponse();
  const stream = response.connect({ action: actionUrl, method: 'POST' }).stream({ url: streamUrl });
  stream.parameter({ name: 'token', value: token });
  return response.toString();
}

/** `language`: of the sentence, BCP 47. */
export function sayAndHangUpTwiml(sentence: string, language = 'en-US'): string {
  const response = new VoiceResponse();
  response.say(voiceOf(language), speakable(sentence));
  response.hangup();
  return response.toString();
}

export function hangUpTwiml(): string {
  const response = new VoiceResponse();
  response.hangup();
  return response.toString();
}

/** Forwards the caller to staff, or takes a voicemail where there is nobody to forward to. */
export function staffTwiml(instruction: StaffInstruction): string {
  const { sentence, staffPhone, clinic, callerId, actionUrl, whisperUrl } = instruction;
  const voice = voiceOf(clinic.language);
  const response = new VoiceResponse();
  if (sentence !== null) response.say(voice, speakable(sentence));
  if (staffPhone !== null) {
    const dial = response.dial({
      action: actionUrl,
      method: 'POST',
      answerOnBridge: true,
      timeout: DIAL_TIMEOUT_S,
      ...(callerId !== null && { callerId }),
    });
    dial.number(whisperUrl === null ? {} : { url: whisperUrl, method: 'POST' }, staffPhone);
    return response.toString();
  }
  const { leaveMessage, noMessage } = networkSentences(clinic.language);
  response.say(voice, speakable(leaveMessage(clinic.name)));
  response.record({
    action: actionUrl,
    method: 'POST',
    maxLength: VOICEMAIL_LENGTH_S,
    timeout: VOICEMAIL_SILENCE_S,
    playBeep: true,
  });
  // Reached only where nothing was said.
  response.say(voice, noMessage);
  response.hangup();
  return response.toString();
}

/**
 * What the dialled phone hears alone before it is connected. A machine presses no key: the leg is hung up, and the
 * caller is not left talking to it.
 */
export function whisperTwiml({ sentence, acceptUrl }: WhisperInstruction): string {
  const response = new VoiceResponse();
  const gather = response.gather({ numDigits: 1, timeout: ACCEPT_S, action: acceptUrl, method: 'POST' });
  gather.say(speakable(`${sentence} Press any key to take the call.`));
  response.hangup();
  return response.toString();
}

/** Nothing more to be heard: what comes next in the call comes. */
export function emptyTwiml(): string {
  return new VoiceResponse().toString();
}

/** A voice says words of another language as if they were its own; the network's is English where none is asked for. */
function voiceOf(language: string): { readonly language?: Voice } {
  const voice = VOICES.find((each) => each === language) ?? VOICES.find((each) => primary(each) === primary(language));
  return voice === undefined ? {} : { language: voice };
}

/** XML has no place for most control characters and half surrogates, however they are escaped. */
function speakable(sentence: string): string {
  return sentence.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, ' ');
}
