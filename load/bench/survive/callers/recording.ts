/** Keeps of one simulated call what the benchmark judges it by, as its telephone has it. */
import type { Call } from '../../../../test/sim/twilio/call.ts';
import type { CallEvent } from '../../../../test/sim/twilio/call-events.ts';
import type { LineEvent, PhoneRecord } from '../phone-record.ts';
import { LAST_SENTENCE } from './talker.ts';

/** Resolves once the call is over. */
export async function recorded(call: Pick<Call, 'sid' | 'from' | 'events' | 'ended'>): Promise<PhoneRecord> {
  const words: PhoneRecord['words'] = [];
  const sentences: PhoneRecord['sentences'] = [];
  const line: LineEvent[] = [];
  let beganAt = 0;
  const take = (event: CallEvent): void => {
    if (event.type === 'word') words.push({ text: event.word, ...stretch(event) });
    else if (event.type === 'saying') beganAt = event.epochMs;
    else if (event.type === 'said') {
      const { fromAt, toAt } = stretch(event);
      sentences.push({ text: event.text, fromAt: beganAt, toAt, stoodStillMs: Math.max(0, fromAt - beganAt) });
    } else {
      const happened = lineEvent(event);
      if (happened) line.push(happened);
    }
  };
  for (const event of call.events.past) take(event);
  call.events.on(take);
  const { by, errorCode } = await call.ended;
  const isMeant = (by === 'twiml' || by === 'phone') && sentences.at(-1)?.text.startsWith(LAST_SENTENCE) === true;
  const ending = errorCode === undefined ? by : `${by} ${errorCode}`;
  return { callSid: call.sid, from: call.from, words, sentences, line, endedAt: Date.now(), isMeant, ending };
}

/** From the line's time to the epoch's, by the moment at which the event was told. */
function stretch(event: CallEvent & { readonly fromMs: number; readonly toMs: number }) {
  const answeredAt = event.epochMs - event.atMs;
  return { fromAt: answeredAt + event.fromMs, toAt: answeredAt + event.toMs };
}

function lineEvent(event: CallEvent): LineEvent | undefined {
  const at = event.epochMs;
  if (event.type === 'stream-started') return { type: 'opened', at };
  if (event.type === 'first-media') return { type: 'sounded', at };
  if (event.type === 'stream-ended') {
    const isMeant = event.reason === 'stopped' || (event.reason === 'server-closed' && event.closeCode === 1000);
    return { type: 'ended', at, isMeant };
  }
  if (event.type !== 'webhook' || event.purpose !== 'action') return undefined;
  return { type: 'asked', at: at - event.latencyMs, answeredAt: at, isAnswered: event.status === 200 };
}
