import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Listener, speakWords } from '../speech.ts';
import type { Call } from './call.ts';
import { eventually, type FakeProduct, type ProductStream, startFakeProduct } from './fake-product.ts';
import type { FaultPlan } from './faults.ts';
import { startTwilioSim, type TwilioSim } from './server.ts';
import { twilioSignature } from './signature.ts';

const [CLINIC, CALLER] = ['+15550100001', '+15550100142'];
let product: FakeProduct;
let sim: TwilioSim;

beforeEach(async () => {
  product = await startFakeProduct();
  product.on(
    '/voice',
    () =>
      `<Response><Connect action="/next"><Stream url="${product.mediaUrl}"><Parameter name="token" value="good"/></Stream></Connect></Response>`,
  );
  product.on('/next', () => '<Response><Hangup/></Response>');
  sim = await startTwilioSim({
    accountSid: 'AC1',
    authToken: 'secret',
    numbers: { [CLINIC]: { voiceUrl: `${product.url}/voice` } },
    pace: 4,
    seed: 7,
  });
});
afterEach(async () => {
  await sim.stop();
  await product.stop();
});

const place = async (faults: FaultPlan): Promise<{ call: Call; stream: ProductStream }> => {
  const call = sim.placeCall({ from: CALLER, to: CLINIC, faults });
  return { call, stream: await product.stream(product.streams.length) };
};
const heardBy = (stream: ProductStream): string[] => {
  const audio = stream.of('media').map(({ media }) => Buffer.from(media?.payload ?? '', 'base64'));
  return new Listener().push(Buffer.concat(audio)).map(({ text }) => text);
};
const chunks = (stream: ProductStream): number[] => stream.of('media').map(({ media }) => Number(media?.chunk));

describe('faults', () => {
  it('delay marks, and keep their order', async () => {
    const { call, stream } = await place({ marks: { delayMs: [150, 300] } });
    for (const name of ['a', 'b', 'c']) stream.mark(name);
    const startedMs = performance.now();
    await stream.until(({ mark }) => mark?.name === 'c');
    expect(performance.now() - startedMs).toBeGreaterThan(140);
    expect(stream.of('mark').map(({ mark }) => mark?.name)).toEqual(['a', 'b', 'c']);
    expect(call.events.past.filter((event) => event.type === 'mark' && event.state === 'played')).toHaveLength(3);
  });

  it('lose marks', async () => {
    const { call, stream } = await place({ marks: { lossRate: 1 } });
    stream.mark('a');
    await eventually(() => call.events.past.find((event) => event.type === 'mark' && event.state === 'lost'));
    expect(stream.of('mark')).toEqual([]);
  });

  it('kill the media socket, and ask action late', async () => {
    const { call, stream } = await place({ mediaKill: { afterMs: 200 }, action: { delayMs: 200 } });
    const closed = new Promise<number>((resolve) => stream.socket.once('close', resolve));
    expect(await closed).toBe(1006);
    expect(product.requestsTo('/next')).toEqual([]);
    expect(await call.ended).toMatchObject({ by: 'twiml' });
    expect(stream.of('stop')).toEqual([]);
    expect(call.events.past.find(({ type }) => type === 'stream-ended')).toMatchObject({ reason: 'killed' });
    expect(product.requestsTo('/next')[0]?.params['CallStatus']).toBe('in-progress');
  });

  it('never ask action: the call hangs in the air until REST or the caller ends it', async () => {
    const { call, stream } = await place({ action: { delayMs: 'never' } });
    stream.socket.close();
    await eventually(() => call.events.past.find(({ type }) => type === 'stream-ended'));
    await call.silence(200);
    expect(call.isOver).toBe(false);
    expect(product.requestsTo('/next')).toEqual([]);
    call.hangUp();
    expect(await call.ended).toMatchObject({ by: 'phone' });
  });

  it('ask action also after the caller hung up', async () => {
    const { call } = await place({ actionAfterHangUp: true });
    call.hangUp();
    const action = await eventually(() => product.requestsTo('/next')[0]);
    expect(action.params['CallStatus']).toBe('completed');
  });

  it('leave the stream silent, its socket open', async () => {
    const { call, stream } = await place({ stream: { silentAfterMs: 100 } });
    await call.silence(400);
    expect(stream.of('media').length).toBeLessThanOrEqual(5);
    expect(stream.socket.readyState).toBe(stream.socket.OPEN);
    stream.mark('unanswered');
    await call.silence(100);
    expect(stream.of('mark')).toEqual([]);
  });

  it('lose stop: the caller is gone and the stream does not say so', async () => {
    const { call, stream } = await place({ stream: { stopLost: true } });
    call.hangUp();
    await call.ended;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(stream.of('stop')).toEqual([]);
    expect(stream.socket.readyState).toBe(stream.socket.OPEN);
  });

  it('lose, double and swap frames of the caller', async () => {
    const lossy = await place({ inbound: { lossRate: 0.2 } });
    await lossy.call.say('this sentence will not arrive');
    await lossy.call.silence(40);
    expect(heardBy(lossy.stream)).not.toContain('this sentence will not arrive');
    const doubled = await place({ inbound: { duplicateRate: 0.2 } });
    await doubled.call.silence(400);
    expect(chunks(doubled.stream).length).toBeGreaterThan(new Set(chunks(doubled.stream)).size);
    const swapped = await place({ inbound: { reorderRate: 0.3 } });
    await swapped.call.silence(400);
    const order = chunks(swapped.stream);
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
  });

  it('jitter bunches frames and loses none', async () => {
    const { call, stream } = await place({ inbound: { jitterMs: 120 } });
    await call.say('this sentence arrives');
    await call.silence(300);
    expect(heardBy(stream)).toEqual(['this sentence arrives']);
    expect(chunks(stream)).toEqual(chunks(stream).map((_, i) => i + 1));
  });

  it('repeat webhooks under the same idempotency token', async () => {
    await place({ webhook: { repeats: 2 } });
    const tokens = product.requestsTo('/voice').map(({ headers }) => headers['i-twilio-idempotency-token']);
    expect(tokens).toHaveLength(3);
    expect(new Set(tokens).size).toBe(1);
  });

  it('forge or drop signatures, and put other parameters in', async () => {
    const { stream } = await place({ signature: 'wrong', stream: { parameters: { token: 'forged' } } });
    const [request] = product.requestsTo('/voice');
    const good = twilioSignature('secret', `${product.url}/voice`, request?.params);
    expect(request?.headers['x-twilio-signature']).toBeDefined();
    expect(request?.headers['x-twilio-signature']).not.toBe(good);
    expect(stream.of('start')[0]?.start?.['customParameters']).toEqual({ token: 'forged' });
    const unsigned = await place({ signature: 'missing' });
    expect(product.requestsTo('/voice')[1]?.headers['x-twilio-signature']).toBeUndefined();
    expect(unsigned.stream.headers['x-twilio-signature']).toBeUndefined();
  });

  it('without any, the media upgrade is signed over the stream URL', async () => {
    const { stream } = await place({});
    expect(stream.headers['x-twilio-signature']).toBe(twilioSignature('secret', product.mediaUrl));
  });

  it('read slowly, so that the product meets backpressure', async () => {
    const { call, stream } = await place({ slowReading: { everyMs: 20, forMs: 400 } });
    await call.silence(60);
    stream.play(Buffer.alloc(3_000_000, 0xff));
    stream.play(speakWords('late'));
    await eventually(() => (stream.socket.bufferedAmount > 0 ? true : undefined), 1000);
    await eventually(() => (stream.socket.bufferedAmount === 0 ? true : undefined), 5000);
    expect(call.log.violations).toEqual([]);
  });

  it('meet a media socket that is refused: the call log says so, action is asked', async () => {
    product.on(
      '/voice',
      () => `<Response><Connect action="/next"><Stream url="${product.mediaUrl}/x"/></Connect></Response>`,
    );
    const call = sim.placeCall({ from: CALLER, to: CLINIC });
    await call.ended;
    expect(call.events.past.find(({ type }) => type === 'stream-ended')).toMatchObject({
      reason: 'failed',
      errorCode: 31920,
    });
    expect(product.requestsTo('/next')[0]?.params).toMatchObject({ StreamErrorCode: '31920' });
  });
});
