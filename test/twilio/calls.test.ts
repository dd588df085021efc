/** Live calls through the simulated Twilio's REST API. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PhoneNetwork, PhoneNetworkTrouble } from '../../src/domain/phone-network.ts';
import { type TwilioCallsOptions, twilioCalls } from '../../src/twilio/calls.ts';
import { sayAndHangUpTwiml, streamTwiml } from '../../src/twilio/twiml.ts';
import { type FakeProduct, startFakeProduct } from '../sim/twilio/fake-product.ts';
import { startTwilioSim, type TwilioSim } from '../sim/twilio/server.ts';

const [CLINIC, CALLER] = ['+15550100001', '+15550100142'];
const account = { accountSid: 'AC1', authToken: 'a secret of the account' };
const NOWHERE = 'http://127.0.0.1:9';

let product: FakeProduct;
let sim: TwilioSim;
let network: PhoneNetwork;
/** Requests, in their order. */
let asked: string[];

const counted: typeof fetch = (input, init) => {
  asked.push(init?.method ?? 'GET');
  return fetch(input, init);
};

function open(options: Partial<TwilioCallsOptions> = {}): PhoneNetwork {
  return twilioCalls({ ...account, baseUrl: sim.url, fetch: counted, ...options });
}

const place = async () => {
  const call = sim.placeCall({ from: CALLER, to: CLINIC });
  return { call, stream: await product.stream() };
};

beforeEach(async () => {
  asked = [];
  product = await startFakeProduct();
  product.on('/voice', () => `<Response><Connect><Stream url="${product.mediaUrl}"/></Connect></Response>`);
  sim = await startTwilioSim({ ...account, numbers: { [CLINIC]: { voiceUrl: `${product.url}/voice` } }, pace: 5 });
  network = open();
});
afterEach(async () => {
  await sim.stop();
  await product.stop();
});

describe('a call', () => {
  it('goes on until it is over, and one that nobody knows is over', async () => {
    const { call } = await place();
    expect(await network.standing(call.sid)).toBe('live');
    call.hangUp();
    expect(await network.standing(call.sid)).toBe('over');
    expect(await network.standing('CA0')).toBe('over');
  });

  it('does what it is told in place of what it did', async () => {
    const { call, stream } = await place();
    expect(await network.redirect(call.sid, sayAndHangUpTwiml('We lost you.'))).toBe('redirected');
    await stream.until(({ event }) => event === 'stop');
    expect([(await call.ended).by, call.heardText]).toEqual(['twiml', 'We lost you.']);
    expect(await network.redirect(call.sid, sayAndHangUpTwiml('Hello?'))).toBe('over');
    expect(await network.redirect('CA0', sayAndHangUpTwiml('Hello?'))).toBe('over');
  });

  it('comes by another stream where it is told to', async () => {
    const { call } = await place();
    const document = streamTwiml({ streamUrl: product.mediaUrl, token: 't', actionUrl: `${product.url}/next` });
    await network.redirect(call.sid, document);
    const again = await product.stream(1);
    expect((await again.until(({ event }) => event === 'start')).start?.customParameters).toEqual({ token: 't' });
  });
});

describe('a network that does not do as asked', () => {
  it('is asked how a call stands once more, and told what to do never again', async () => {
    const { call } = await place();
    sim.faults = { rest: { failureRate: 1, status: 503 } };
    await expect(network.standing(call.sid)).rejects.toMatchObject({ status: 503 });
    await expect(network.redirect(call.sid, '<Response/>')).rejects.toMatchObject({ status: 503 });
    expect(asked).toEqual(['GET', 'GET', 'POST']);
    expect(call.isOver).toBe(false);
  });

  it('is not waited for, and nothing that it knows of us is told', async () => {
    sim.faults = { restDelayMs: [5_000, 5_000] };
    for (const silent of [open({ requestMs: 30 }), open({ baseUrl: NOWHERE })]) {
      const trouble: unknown = await silent.redirect('CA1', '<Response/>').catch((error: unknown) => error);
      expect(trouble).toBeInstanceOf(PhoneNetworkTrouble);
      expect(trouble).toMatchObject({ status: 0 });
      expect(JSON.stringify(trouble, Object.getOwnPropertyNames(trouble))).not.toContain('secret');
    }
  });

  it('that does not know the account is no network that does not know the call', async () => {
    const { call } = await place();
    const stranger = open({ authToken: 'another' });
    await expect(stranger.standing(call.sid)).rejects.toMatchObject({ status: 401 });
  });
});
