import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeProduct, startFakeProduct } from './fake-product.ts';
import { startTwilioSim, type TwilioSim } from './server.ts';
import { twilioSignature } from './signature.ts';

const [CLINIC, CALLER] = ['+15550100001', '+15550100142'];
let product: FakeProduct;
let sim: TwilioSim;

const start = async (fragment = ''): Promise<void> => {
  sim = await startTwilioSim({
    accountSid: 'AC1',
    authToken: 'secret',
    numbers: { [CLINIC]: { voiceUrl: `${product.url}/voice`, smsUrl: `${product.url}/sms${fragment}` } },
  });
};
const text = (body: string, messageSid?: string) => sim.sendSms({ from: CALLER, to: CLINIC, body, messageSid });
const send = (body: string): Promise<Response> =>
  fetch(`${sim.url}/2010-04-01/Accounts/AC1/Messages.json`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('AC1:secret').toString('base64')}` },
    body: new URLSearchParams({ From: CLINIC, To: CALLER, Body: body }),
  });

beforeEach(async () => {
  product = await startFakeProduct();
  product.on('/sms', () => '<Response/>');
});
afterEach(async () => {
  await sim.stop();
  await product.stop();
});

describe('an inbound text message', () => {
  it('is posted, signed, and may be answered in TwiML', async () => {
    await start();
    product.on('/sms', () => '<Response><Message>hello</Message></Response>');
    expect(await text('Hi there')).toMatchObject({ status: 200, replies: ['hello'] });
    const [request] = product.requestsTo('/sms');
    expect(request?.params).toMatchObject({ From: CALLER, To: CLINIC, Body: 'Hi there', NumMedia: '0' });
    expect(request?.params['MessageSid']).toMatch(/^SM[0-9a-f]{32}$/);
    expect(request?.headers['x-twilio-signature']).toBe(
      twilioSignature('secret', `${product.url}/sms`, request?.params),
    );
    expect(sim.messages.map(({ direction, body }) => [direction, body])).toEqual([
      ['inbound', 'Hi there'],
      ['outbound-reply', 'hello'],
    ]);
  });

  it('can be delivered twice under one sid', async () => {
    await start();
    const { sid } = await text('Hi');
    await text('Hi', sid);
    expect(product.requestsTo('/sms').map(({ params }) => params['MessageSid'])).toEqual([sid, sid]);
    expect(sim.messages).toHaveLength(1);
  });

  it('is tried again on a 5xx where the URL asks for it', async () => {
    await start('#rc=2&rp=all');
    let tries = 0;
    product.on('/sms', () => (++tries < 3 ? { status: 503, body: '' } : '<Response/>'));
    const { status, attempts } = await text('Hi');
    expect(status).toBe(200);
    expect(attempts.map((attempt) => attempt.status)).toEqual([503, 503, 200]);
  });

  it('that says STOP opts the number out until START', async () => {
    await start();
    await text('Stop');
    const refused = await send('a reminder');
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ code: 21610 });
    await text('START');
    expect((await send('a reminder')).status).toBe(201);
    expect(product.requestsTo('/sms')).toHaveLength(2);
    expect(sim.messages.filter(({ automatic }) => automatic)).toHaveLength(2);
  });
});
