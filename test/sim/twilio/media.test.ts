import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Listener, silence, speakWords } from '../speech.ts';
import { type FakeProduct, type ProductStream, startFakeProduct } from './fake-product.ts';
import { startTwilioSim, type TwilioSim } from './server.ts';

const [CLINIC, CALLER] = ['+15550100001', '+15550100142'];
let product: FakeProduct;
let sim: TwilioSim;

beforeEach(async () => {
  product = await startFakeProduct();
  product.on('/voice', () => connectTwiml(product));
  product.on('/next', () => '<Response><Hangup/></Response>');
  sim = await startTwilioSim({
    accountSid: 'AC00000000000000000000000000000001',
    authToken: 'secret',
    numbers: { [CLINIC]: { voiceUrl: `${product.url}/voice` } },
    pace: 2,
  });
});
afterEach(async () => {
  await sim.stop();
  await product.stop();
});

const connectTwiml = ({ mediaUrl }: FakeProduct): string =>
  `<Response><Connect action="/next"><Stream url="${mediaUrl}"><Parameter name="token" value="t&amp;1"/></Stream></Connect></Response>`;

const place = async (): Promise<{ call: ReturnType<TwilioSim['placeCall']>; stream: ProductStream }> => {
  const call = sim.placeCall({ from: CALLER, to: CLINIC });
  return { call, stream: await product.stream() };
};

describe('a media stream', () => {
  it('begins with connected and a start that carries the parameters', async () => {
    const { call, stream } = await place();
    expect(stream.messages[0]).toEqual({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    expect(stream.messages[1]).toEqual({
      event: 'start',
      sequenceNumber: '1',
      streamSid: stream.streamSid,
      start: {
        accountSid: 'AC00000000000000000000000000000001',
        streamSid: stream.streamSid,
        callSid: call.sid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: { token: 't&1' },
      },
    });
  });

  it('carries 50 frames a second, numbered without a gap', async () => {
    const { stream } = await place();
    const first = await stream.until((message) => message.event === 'media');
    const startedMs = performance.now();
    await stream.until((message) => message.media?.chunk === '51');
    const tookMs = performance.now() - startedMs;
    expect(tookMs).toBeGreaterThan(850);
    expect(tookMs).toBeLessThan(1300);
    expect(first.media).toMatchObject({ track: 'inbound', chunk: '1', timestamp: '0' });
    const media = stream.of('media');
    expect(media.map((message) => Number(message.media?.chunk))).toEqual(media.map((_, i) => i + 1));
    expect(media.map((message) => Number(message.media?.timestamp))).toEqual(media.map((_, i) => i * 20));
    expect(media.map((message) => Number(message.sequenceNumber))).toEqual(media.map((_, i) => i + 2));
    expect(media.every((message) => Buffer.from(message.media?.payload ?? '', 'base64').length === 160)).toBe(true);
  });

  it('brings what the caller says, every sample of it', async () => {
    const { call, stream } = await place();
    await call.say('I need a Hydrafacial tomorrow');
    await call.silence(40);
    const audio = Buffer.concat(stream.of('media').map(({ media }) => Buffer.from(media?.payload ?? '', 'base64')));
    expect(new Listener().push(audio).map((heard) => heard.text)).toEqual(['I need a Hydrafacial tomorrow']);
    expect(call.said.map((said) => said.text)).toEqual(['I need a Hydrafacial tomorrow']);
  });

  it('plays what the product sends in real time, however early it came', async () => {
    const { call, stream } = await place();
    const audio = speakWords('Thank you for calling');
    stream.play(audio);
    const startedMs = performance.now();
    await call.waitFor(/Thank you for calling/, 4000);
    const lengthMs = audio.length / 8;
    expect(performance.now() - startedMs).toBeGreaterThan(lengthMs - 60);
    const [first, last] = [call.heard[0], call.heard.at(-1)];
    expect((last?.toMs ?? 0) - (first?.fromMs ?? 0)).toBeCloseTo(lengthMs, 0);
  });

  it('returns a mark when everything before it has been played, not sooner', async () => {
    const { call, stream } = await place();
    stream.mark('empty');
    await stream.until(({ mark }) => mark?.name === 'empty', 500);
    stream.play(speakWords('one two'));
    stream.mark('after');
    stream.play(speakWords('three'));
    await stream.until(({ mark }) => mark?.name === 'after');
    expect(call.heardText).toBe('one two');
  });

  it('drops what was not played on clear, and returns all pending marks at once', async () => {
    const { call, stream } = await place();
    stream.play(speakWords('heard never never never never'));
    stream.mark('a');
    stream.mark('b');
    await call.waitFor(/heard/, 3000);
    await stream.until((message) => message.event === 'media');
    stream.clear();
    await stream.until(({ mark }) => mark?.name === 'b', 300);
    expect(stream.of('mark').map(({ mark }) => mark?.name)).toEqual(['a', 'b']);
    stream.play(Buffer.concat([speakWords('again'), silence(600)]));
    await call.waitFor(/again/, 3000);
    expect(call.heardText).toBe('heard again');
    expect(call.heard.filter((word) => !word.playedFully).length).toBeLessThanOrEqual(1);
    expect(call.utterances[0]).toMatchObject({ text: 'heard', cut: true });
  });

  it('reports pressed keys', async () => {
    const { call, stream } = await place();
    call.press('1#');
    await stream.until(({ dtmf }) => dtmf?.digit === '#');
    expect(stream.of('dtmf').map(({ dtmf }) => dtmf)).toEqual([
      { track: 'inbound_track', digit: '1' },
      { track: 'inbound_track', digit: '#' },
    ]);
  });

  it('ends with stop when the caller hangs up, and no action is asked', async () => {
    const { call, stream } = await place();
    call.hangUp();
    const stop = await stream.until((message) => message.event === 'stop');
    expect(stop.stop).toMatchObject({ callSid: call.sid });
    expect(await call.ended).toMatchObject({ status: 'completed', by: 'phone' });
    expect(product.requestsTo('/next')).toEqual([]);
  });

  it('asks action when the product closes the socket, and runs its TwiML', async () => {
    const { call, stream } = await place();
    stream.socket.close(1000);
    expect(await call.ended).toMatchObject({ status: 'completed', by: 'twiml' });
    expect(product.requestsTo('/next')[0]?.params).toMatchObject({
      CallSid: call.sid,
      CallStatus: 'in-progress',
      StreamSid: stream.streamSid,
    });
    expect(call.log.verbs).toEqual(['Connect', 'Hangup']);
  });

  it('notes messages that make no sense, and goes on', async () => {
    const { call, stream } = await place();
    stream.send('{"event":');
    stream.send({ event: 'dance', streamSid: stream.streamSid });
    stream.send({ event: 'clear', streamSid: 'MZ1' });
    stream.send({ event: 'media', streamSid: stream.streamSid, media: { payload: 'not base64!' } });
    stream.socket.send(Buffer.from('{}'), { binary: true });
    stream.play(Buffer.alloc(7, 0xff));
    stream.mark('still here');
    await stream.until(({ mark }) => mark?.name === 'still here');
    expect(call.log.violations.map(({ code }) => code)).toEqual([31924, 31924, 31924, 31924, 31924]);
    expect(call.log.warnings.join()).toMatch(/media of 7 bytes/);
  });
});
