/**
 * `<Dial>`: rings another phone, plays it the number's whisper, and connects the two until one of them hangs up.
 * One number at a time: of several, the first is rung.
 */
import { bridge } from '../bridge.ts';
import { resolveUrl, sendForCall } from '../documents.ts';
import type { DialledPhone, RingOutcome, StatusCallbackConfig } from '../environment.ts';
import { numberAttribute, type Verb } from '../twiml.ts';
import { pause } from '../waiting.ts';
import type { Params } from '../webhooks.ts';
import { actionRequest, methodOf, NEXT_VERB, type VerbContext, type VerbOutcome } from './verb.ts';

const DEFAULT_TIMEOUT_S = 30;
const DEFAULT_TIME_LIMIT_S = 4 * 60 * 60;

type DialStatus = 'completed' | 'busy' | 'no-answer' | 'failed' | 'canceled';

interface DialResult {
  readonly status: DialStatus;
  readonly bridged: boolean;
  readonly seconds: number;
}

export async function dial(verb: Verb, context: VerbContext): Promise<VerbOutcome> {
  const { call, environment, signal } = context;
  const number = verb.children.find((child) => child.name === 'Number');
  const statusCallback = numberStatusCallback(number, context);
  const phone = environment.dial({
    parent: call,
    from: verb.attributes['callerId'] ?? call.from,
    to: number?.text ?? verb.text,
    timeoutMs: numberAttribute(verb, 'timeout', DEFAULT_TIMEOUT_S) * 1000,
    statusCallback,
  });
  const giveUp = (): void => phone.call.finish(phone.call.answeredAt ? 'completed' : 'canceled', { by: 'other-party' });
  signal.addEventListener('abort', giveUp);
  if (signal.aborted) giveUp();
  const outcome = await phone.outcome;
  const result = outcome === 'answered' ? await converse(verb, number, phone, context) : notReached(outcome);
  signal.removeEventListener('abort', giveUp);
  return afterDial(verb, phone, result, context);
}

function notReached(outcome: Exclude<RingOutcome, 'answered'>): DialResult {
  return { status: outcome, bridged: false, seconds: 0 };
}

/** The whisper first, heard by the dialled phone alone; if it hangs up then, nobody was connected. */
async function converse(
  verb: Verb,
  number: Verb | undefined,
  phone: DialledPhone,
  context: VerbContext,
): Promise<DialResult> {
  const { call, signal } = context;
  const dialled = phone.call;
  if (await whisperEndsCall(number, phone, context)) {
    dialled.finish('completed', { by: 'twiml' });
    return { status: call.faults.declinedIsCompleted ? 'completed' : 'no-answer', bridged: false, seconds: 0 };
  }
  if (signal.aborted || dialled.isOver)
    return { status: signal.aborted ? 'canceled' : 'no-answer', bridged: false, seconds: 0 };
  call.answer();
  const part = bridge(call.line, dialled.line);
  const fromMs = dialled.line.nowMs;
  phone.onConnected();
  const limitMs = numberAttribute(verb, 'timeLimit', DEFAULT_TIME_LIMIT_S) * 1000;
  await pause(limitMs, AbortSignal.any([signal, dialled.overSignal]));
  part();
  dialled.finish('completed', { by: 'other-party' });
  return { status: 'completed', bridged: true, seconds: Math.round((dialled.line.nowMs - fromMs) / 1000) };
}

async function whisperEndsCall(
  number: Verb | undefined,
  phone: DialledPhone,
  { runDocuments, documentUrl }: VerbContext,
): Promise<boolean> {
  const url = resolveUrl(number?.attributes['url'], documentUrl);
  if (url === undefined || number === undefined) return false;
  const dialled = phone.call;
  const request = { purpose: 'whisper', url, method: methodOf(number), params: {} } as const;
  const stopListening = dialled.events.on((event) => {
    if (event.type === 'utterance') phone.onWhispered();
  });
  const outcome = await runDocuments(dialled, request, dialled.overSignal);
  stopListening();
  return outcome === 'hung-up' || outcome === 'rejected';
}

async function afterDial(
  verb: Verb,
  phone: DialledPhone,
  result: DialResult,
  context: VerbContext,
): Promise<VerbOutcome> {
  const { call, environment, signal } = context;
  const params: Params = {
    DialCallStatus: result.status,
    DialCallSid: phone.call.sid,
    ...(call.faults.declinedIsCompleted ? {} : { DialBridged: String(result.bridged) }),
    ...(result.bridged ? { DialCallDuration: String(result.seconds) } : {}),
  };
  const request = actionRequest(verb, context, params);
  if (request === undefined || (signal.aborted && !call.isOver)) return NEXT_VERB;
  if (!signal.aborted) return { next: 'document', request };
  await sendForCall(request, call, environment).catch(() => call.warn('nobody answered action after the hang-up'));
  return NEXT_VERB;
}

function numberStatusCallback(number: Verb | undefined, context: VerbContext): StatusCallbackConfig | undefined {
  const url = resolveUrl(number?.attributes['statusCallback'], context.documentUrl);
  if (url === undefined) return undefined;
  const events = new Set((number?.attributes['statusCallbackEvent'] ?? 'completed').split(/\s+/));
  const method = number?.attributes['statusCallbackMethod']?.toUpperCase() === 'GET' ? 'GET' : 'POST';
  return { url, method, events };
}
