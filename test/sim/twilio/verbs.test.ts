import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Call } from './call.ts';
import { eventually, type FakeProduct, type Handler, startFakeProduct } from './fake-product.ts';
import type { StaffBehaviour } from './options.ts';
import { startTwilioSim, type TwilioSim } from './server.ts';
import { twilioSignature } from './signature.ts';

const [CLINIC, CALLER, STAFF] = ['+15550100001', '+15550100142', '+15550100099'];
const AUTH_TOKEN = 'secret';
let product: FakeProduct;
let sim: TwilioSim;

beforeEach(async () => {
  product = await startFakeProduct();
});
afterEach(async () => {
  await sim.stop();
  await product.stop();
});

/** A call that is answered with the given verbs. */
async function callWith(
  verbs: string | Handler,
  staff: StaffBehaviour = { kind: 'answers', afterMs: 50 },
): Promise<Call> {
  product.on('/voice', typeof verbs === 'string' ? () => `<Response>${verbs}</Response>` : verbs);
  sim = await startTwilioSim({
    accountSid: 'AC1',
    authToken: AUTH_TOKEN,
    numbers: {
      [CLINIC]: {
        voiceUrl: `${product.url}/voice`,
        voiceFallbackUrl: `${product.url}/fallback`,
        statusCallback: `${product.url}/status`,
      },
    },
    staff: { [STAFF]: staff },
    pace: 4,
  });
  return sim.placeCall({ from: CALLER, to: CLINIC });
}

const says = (text: string) => (): string => `<Response><Say>${text}</Say></Response>`;

describe('the voice webhook', () => {
  it('is a signed form post that describes the call', async () => {
    const call = await callWith('<Hangup/>');
    await call.ended;
    const [request] = product.requestsTo('/voice');
    expect(request).toMatchObject({
      method: 'POST',
      params: {
        CallSid: call.sid,
        AccountSid: 'AC1',
        From: CALLER,
        To: CLINIC,
        Caller: CALLER,
        Called: CLINIC,
        CallStatus: 'ringing',
        Direction: 'inbound',
        ApiVersion: '2010-04-01',
        CallerCountry: 'US',
      },
    });
    expect(request?.headers['x-twilio-signature']).toBe(
      twilioSignature(AUTH_TOKEN, `${product.url}/voice`, request?.params),
    );
    expect(request?.headers['i-twilio-idempotency-token']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is tried again once when the connection breaks, with the same idempotency token', async () => {
    let tries = 0;
    const call = await callWith(() => (tries++ === 0 ? { body: '', reset: true } : '<Response><Hangup/></Response>'));
    expect(await call.ended).toMatchObject({ status: 'completed', by: 'twiml' });
    const tokens = product.requestsTo('/voice').map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(tokens).toHaveLength(2);
    expect(tokens[0]).toBe(tokens[1]);
  });

  it.each<[string, Handler]>([
    ['an error', () => ({ status: 503, body: 'no' })],
    ['broken TwiML', () => '<Response><Say>'],
    ['an unknown verb', () => '<Response><Dance/></Response>'],
    ['JSON', () => ({ contentType: 'application/json', body: '{}' })],
  ])('goes to the fallback on %s', async (_, handler) => {
    product.on('/fallback', says('fallback speaking'));
    const call = await callWith(handler);
    expect(await call.ended).toMatchObject({ status: 'completed', by: 'twiml' });
    expect(call.heardText).toBe('fallback speaking');
    expect(product.requestsTo('/fallback')[0]?.params).toMatchObject({ ErrorUrl: `${product.url}/voice` });
    expect(call.log.violations).toHaveLength(1);
  });

  it('without any TwiML lets the caller hear an application error', async () => {
    const call = await callWith(() => ({ status: 500, body: '' }));
    expect(await call.ended).toMatchObject({ status: 'completed', by: 'error', errorCode: 11200 });
    expect(call.heardText).toMatch(/application error has occurred/);
  });

  it('is followed by one status callback when the call is over', async () => {
    const call = await callWith('<Pause length="1"/>');
    await call.ended;
    const status = await eventually(() => product.requestsTo('/status')[0]);
    expect(status.params).toMatchObject({
      CallSid: call.sid,
      CallStatus: 'completed',
      CallDuration: '1',
      Duration: '1',
    });
    expect(status.headers['x-twilio-signature']).toBe(
      twilioSignature(AUTH_TOKEN, `${product.url}/status`, status.params),
    );
  });
});

describe('verbs', () => {
  it('run in order: Say, Pause, Redirect, Hangup', async () => {
    product.on('/two', () => '<Response><Say>two</Say><Hangup/><Say>three</Say></Response>');
    const call = await callWith('<Say>one</Say><Pause length="1"/><Redirect>/two</Redirect><Say>never</Say>');
    expect(await call.ended).toMatchObject({ by: 'twiml' });
    expect(call.heardText).toBe('one two');
    expect(call.log.verbs).toEqual(['Say', 'Pause', 'Redirect', 'Say', 'Hangup']);
    expect((call.heard[1]?.fromMs ?? 0) - (call.heard[0]?.toMs ?? 0)).toBeGreaterThanOrEqual(1000);
  });

  it('Reject never answers the call', async () => {
    const call = await callWith('<Reject reason="busy"/>');
    expect(await call.ended).toMatchObject({ status: 'busy', durationMs: 0 });
    expect(call.answeredAt).toBeUndefined();
  });

  it('Play plays µ-law audio, and silence for anything else', async () => {
    product.on('/beep.mp3', () => ({ contentType: 'audio/mpeg', body: 'x' }));
    const call = await callWith('<Play>/beep.mp3</Play><Say>then</Say>');
    await call.ended;
    expect(call.heard[0]?.fromMs).toBeGreaterThanOrEqual(1000);
    expect(call.log.warnings[0]).toMatch(/audio\/mpeg/);
  });

  it('Gather posts the pressed keys, and falls through without any', async () => {
    product.on('/keys', ({ params }) => `<Response><Say>got ${params['Digits']}</Say></Response>`);
    const call = await callWith(
      '<Gather action="/keys" numDigits="2" timeout="1"/><Gather action="/keys" numDigits="2"><Say>press two keys please</Say></Gather>',
    );
    await call.waitFor(/press/, 4000);
    call.press('42');
    await call.ended;
    expect(call.heardText).toMatch(/got 42$/);
    expect(call.heardText).not.toMatch(/please/);
  });

  it('Gather hears speech where it is asked to', async () => {
    product.on('/speech', ({ params }) => `<Response><Say>${params['SpeechResult']}</Say></Response>`);
    const call = await callWith('<Gather input="speech" action="/speech" timeout="5"/>');
    await eventually(() => call.answeredAt);
    await call.say('a facial');
    await call.ended;
    expect(call.heardText).toBe('a facial');
  });

  it('Record keeps what was said, and reports it', async () => {
    product.on('/recorded', says('thank you'));
    product.on('/transcribed', () => '');
    const call = await callWith(
      '<Record action="/recorded" timeout="1" maxLength="30" transcribe="true" transcribeCallback="/transcribed"/>',
    );
    await eventually(() => call.answeredAt);
    await call.silence(300);
    await call.say('please call me back');
    await call.ended;
    expect(call.heardText).toMatch(/thank you$/);
    const [request] = product.requestsTo('/recorded');
    expect(request?.params['RecordingUrl']).toContain('/Recordings/RE');
    expect(Number(request?.params['RecordingDuration'])).toBeGreaterThan(0);
    expect(sim.recordings.all()[0]?.text).toBe('please call me back');
    const transcribed = await eventually(() => product.requestsTo('/transcribed')[0]);
    expect(transcribed.params).toMatchObject({
      TranscriptionText: 'please call me back',
      TranscriptionStatus: 'completed',
    });
    const wav = await fetch(`${request?.params['RecordingUrl']}.wav`);
    expect(Buffer.from(await wav.arrayBuffer()).toString('latin1', 0, 4)).toBe('RIFF');
  });

  it('Record ends with the call when the caller hangs up', async () => {
    product.on('/recorded', says('nobody hears this'));
    const call = await callWith('<Record action="/recorded"/>');
    await eventually(() => call.answeredAt);
    await call.silence(300);
    await call.say('bye');
    call.hangUp();
    const request = await eventually(() => product.requestsTo('/recorded')[0]);
    expect(request.params).toMatchObject({ Digits: 'hangup', CallStatus: 'completed' });
  });
});

const dialled = (): Call | undefined => sim.calls().find(({ direction }) => direction === 'outbound-dial');

describe('Dial', () => {
  const dialTwiml = `<Dial action="/dialled" timeout="1" callerId="${CLINIC}"><Number url="/whisper">${STAFF}</Number></Dial>`;

  it('whispers to staff, connects both, and reports when staff hang up', async () => {
    product.on('/whisper', says('call from Jordan'));
    product.on('/dialled', says('welcome back'));
    const call = await callWith(dialTwiml, { kind: 'answers', afterMs: 50, greeting: 'front desk' });
    await call.waitFor(/front desk/, 5000);
    const staff = dialled();
    expect(staff?.heardText).toBe('call from Jordan');
    expect(staff?.from).toBe(CLINIC);
    await call.say('hello there');
    await staff?.waitFor(/hello there/, 2000);
    staff?.hangUp();
    await call.ended;
    expect(call.heardText).toBe('front desk welcome back');
    expect(product.requestsTo('/dialled')[0]?.params).toMatchObject({
      DialCallStatus: 'completed',
      DialCallSid: staff?.sid,
      DialBridged: 'true',
      CallStatus: 'in-progress',
    });
    expect(product.requestsTo('/whisper')[0]?.params).toMatchObject({
      CallSid: staff?.sid,
      ParentCallSid: call.sid,
      Direction: 'outbound-dial',
    });
  });

  it('lets staff accept by a key', async () => {
    product.on(
      '/whisper',
      () => '<Response><Gather numDigits="1" action="/accept"><Say>press one</Say></Gather><Hangup/></Response>',
    );
    product.on('/accept', () => '<Response/>');
    const call = await callWith(dialTwiml, { kind: 'answers', afterMs: 20, greeting: 'front desk', acceptDigits: '1' });
    await call.waitFor(/front desk/, 6000);
    expect(product.requestsTo('/accept')[0]?.params).toMatchObject({ Digits: '1' });
  });

  it.each<[StaffBehaviour['kind'], StaffBehaviour, string]>([
    ['busy', { kind: 'busy' }, 'busy'],
    ['no-answer', { kind: 'no-answer' }, 'no-answer'],
    ['failed', { kind: 'failed' }, 'failed'],
    ['answers', { kind: 'answers', afterMs: 5000 }, 'no-answer'],
  ])('reports staff that are not reached: %s', async (_, staff, status) => {
    product.on('/dialled', says('sorry'));
    const call = await callWith(dialTwiml, staff);
    await call.ended;
    expect(call.heardText).toBe('sorry');
    expect(product.requestsTo('/dialled')[0]?.params).toMatchObject({ DialCallStatus: status, DialBridged: 'false' });
  });

  it('counts as not answered when the whisper hangs up', async () => {
    product.on('/whisper', () => '<Response><Hangup/></Response>');
    product.on('/dialled', says('sorry'));
    const call = await callWith(dialTwiml, { kind: 'machine', greeting: 'leave a message' });
    await call.ended;
    expect(call.heardText).toBe('sorry');
    expect(product.requestsTo('/dialled')[0]?.params).toMatchObject({ DialCallStatus: 'no-answer' });
  });

  it('keeps ringing until staff answer with answerOnBridge, and ends both when the caller hangs up', async () => {
    product.on('/dialled', says('nobody'));
    const call = await callWith(`<Dial answerOnBridge="true" action="/dialled">${STAFF}</Dial>`, {
      kind: 'answers',
      afterMs: 200,
      greeting: 'hello',
    });
    await eventually(dialled);
    expect(call.status).toBe('ringing');
    await call.waitFor(/hello/, 5000);
    expect(call.status).toBe('in-progress');
    call.hangUp();
    expect(await dialled()?.ended).toMatchObject({ by: 'other-party' });
    const action = await eventually(() => product.requestsTo('/dialled')[0]);
    expect(action.params).toMatchObject({ CallStatus: 'completed', DialCallStatus: 'completed' });
  });
});
