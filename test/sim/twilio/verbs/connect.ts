/** `<Connect><Stream>`: hands the call's audio to a WebSocket until the stream ends, then asks `action` what to do. */
import { sendForCall } from '../documents.ts';
import { MediaStream, type StreamEnd } from '../media-stream.ts';
import { TWIML_ERRORS, TwimlError, type Verb } from '../twiml.ts';
import { aborted, pause } from '../waiting.ts';
import type { Params } from '../webhooks.ts';
import { actionRequest, NEXT_VERB, type VerbContext, type VerbOutcome } from './verb.ts';

const MAX_PARAMETER_CHARACTERS = 500;
/** A stream that Twilio lost sight of (`stopLost`) is dropped for good after this. */
const LOST_STREAM_MS = 60_000;

export async function connect(verb: Verb, context: VerbContext): Promise<VerbOutcome> {
  const { call, signal } = context;
  const noun = verb.children.find((child) => child.name === 'Stream');
  if (noun === undefined) throw new TwimlError(TWIML_ERRORS.unknownVerb, '<Connect> without <Stream>');
  const stream = openStream(noun, context);
  const disconnect = call.line.connect(stream);
  const stop = (): void => stream.stop();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  const end = await stream.ended;
  signal.removeEventListener('abort', stop);
  disconnect();
  if (end.reason === 'stopped' && call.faults.stream?.stopLost === true) void dropLater(stream, context.environment);
  return afterStream(verb, stream, end, context);
}

function openStream(noun: Verb, { call, environment }: VerbContext): MediaStream {
  const given = noun.attributes['url'] ?? '';
  const url = given.replace(/[?#].*$/, '');
  if (!/^wss?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new TwimlError(TWIML_ERRORS.badAttribute, `<Stream url="${given}"> is no WebSocket URL`);
  }
  if (url !== given) call.warn('the query string of <Stream url> is not sent');
  const addresses = environment.addressesFor(call.accountNumber);
  return new MediaStream({
    call,
    accountSid: environment.accountSid,
    url: addresses.toReach(url),
    signature: environment.webhooks.signature(addresses.toSign(url), {}, call.faults),
    parameters: streamParameters(noun, call.warn.bind(call)),
    random: environment.random,
  });
}

function streamParameters(noun: Verb, warn: (message: string) => void): Params {
  const parameters: Record<string, string> = {};
  for (const { name, attributes } of noun.children) {
    const { name: key = '', value = '' } = attributes;
    if (name !== 'Parameter' || key === '') continue;
    if (key.length + value.length > MAX_PARAMETER_CHARACTERS) warn(`<Parameter name="${key}"> is too long, left out`);
    else parameters[key] = value;
  }
  return parameters;
}

async function afterStream(
  verb: Verb,
  stream: MediaStream,
  end: StreamEnd,
  context: VerbContext,
): Promise<VerbOutcome> {
  const { call, environment, signal } = context;
  const params: Params = {
    StreamSid: stream.streamSid,
    ...(end.errorCode === undefined ? {} : { StreamErrorCode: String(end.errorCode) }),
  };
  const request = actionRequest(verb, context, params);
  if (signal.aborted) {
    if (request !== undefined && call.isOver && call.faults.actionAfterHangUp === true) {
      await sendForCall(request, call, environment).catch(() => call.warn('nobody answered action after the hang-up'));
    }
    return NEXT_VERB;
  }
  const delayMs = call.faults.action?.delayMs ?? 0;
  await (delayMs === 'never' ? aborted(signal) : pause(delayMs, signal));
  return signal.aborted || request === undefined ? NEXT_VERB : { next: 'document', request };
}

async function dropLater(stream: MediaStream, environment: VerbContext['environment']): Promise<void> {
  await pause(LOST_STREAM_MS, environment.closing);
  stream.terminate();
}
