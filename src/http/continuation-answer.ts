/** What a call does next, as the TwiML that says so to Twilio. */
import { hangUpTwiml, staffTwiml } from '../twilio/twiml.ts';
import type { Continuation } from './front-desk.ts';
import { whisperUrlOf } from './routes/twilio-voice-whisper.ts';
import { continueUrlOf, streamAnswer, type TwilioEdge } from './twilio-edge.ts';

interface ContinuedCall {
  readonly callSid: string;
  /** What staff see as the caller: the number that was called; null where that is none. */
  readonly calledNumber: string | null;
}

export function continuationAnswer(edge: TwilioEdge, call: ContinuedCall, next: Continuation): string {
  const { callSid, calledNumber } = call;
  switch (next.kind) {
    case 'hang_up':
      return hangUpTwiml();
    case 'stream':
      return streamAnswer(edge, { ...next, callSid });
    case 'staff': {
      const { sentence, staffPhone, staffTried, clinic, callerLanguage, whispered } = next;
      const tried = staffPhone === null ? 0 : staffTried + 1;
      const actionUrl = continueUrlOf(edge, { staffTried: tried, language: callerLanguage });
      const whisperUrl = whispered ? whisperUrlOf(edge, callSid) : null;
      return staffTwiml({ sentence, staffPhone, clinic, callerId: calledNumber, actionUrl, whisperUrl });
    }
  }
}
