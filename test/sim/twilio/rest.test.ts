import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Call } from './call.ts';
import { eventually, type FakeProduct, startFakeProduct } from './fake-product.ts';
import { startTwilioSim, type TwilioSim } from './server.ts';

const [CLINIC, CALLER, STAFF] = ['+15550100001', '+15550100142', '+15550100099'];
const ACCOUNT = 'AC00000000000000000000000000000001';
let product: FakeProduct;
let sim: TwilioSim;

beforeEach(async () => {
  product = await startFakeProduct();
  product.on(
    '/voice',
    () => `<Response><Connect action="/next"><Stream url="${product.mediaUrl}"/></Connect></Response>`,
  );
  product.on('/next', () => '<Response><Say>action ran</Say></Response>');
  sim = await startTwilioSim({
    accountSid: ACCOUNT,
    authToken: 'secret',
    numbers: { [CLINIC]: { voiceUrl: `${product.url}/voice` } },
    staff: { [STAFF]: { kind: 'answers', afterMs: 30, greeting: 'hello' } },
    pace: 4,
  });
});
afterEach(async () => {
  await sim.stop();
  await product.stop();
});

interface RestAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

async function rest(path: string, form?: Record<string, string>, auth = `${ACCOUNT}:secret`): Promise<RestAnswer> {
  const response = await fetch(`${sim.url}/2010-04-01/Accounts/${ACCOUNT}/${path}`, {
    method: form === undefined ? 'GET' : 'POST',
    headers: { authorization: `Basic ${Buffer.from(auth).toString('base64')}` },
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  });
  const body = z.record(z.string(), z.unknown()).parse(await response.json());
  return { status: response.status, body };
}

const streaming = async (): Promise<Call> => {
  const call = sim.placeCall({ from: CALLER, to: CLINIC });
  await product.stream();
  return call;
};

describe('the REST API', () => {
  it('wants the account and its token', async () => {
    expect(await rest('Calls.json', undefined, `${ACCOUNT}:wrong`)).toEqual({
      status: 401,
      body: {
        code: 20003,
        message: 'Authenticate',
        more_info: 'https://www.twilio.com/docs/errors/20003',
        status: 401,
      },
    });
  });

  it('shows a call as it is', async () => {
    const call = await streaming();
    const { status, body } = await rest(`Calls/${call.sid}.json`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      sid: call.sid,
      from: CALLER,
      to: CLINIC,
      status: 'in-progress',
      direction: 'inbound',
    });
    expect((await rest('Calls.json?Status=in-progress')).body['calls']).toHaveLength(1);
    expect((await rest('Calls.json?Status=completed')).body['calls']).toHaveLength(0);
    expect(await rest('Calls/CA0.json')).toMatchObject({ status: 404, body: { code: 20404 } });
  });

  it('replaces the running TwiML: the stream gets stop, no action is asked, the new document runs', async () => {
    const call = await streaming();
    const stream = await product.stream();
    stream.play(Buffer.alloc(80_000, 0x30));
    const { status } = await rest(`Calls/${call.sid}.json`, { Twiml: '<Response><Say>new words</Say></Response>' });
    expect(status).toBe(200);
    await stream.until((message) => message.event === 'stop');
    expect(await call.ended).toMatchObject({ status: 'completed', by: 'twiml' });
    expect(call.heardText).toBe('new words');
    expect(product.requestsTo('/next')).toEqual([]);
    await eventually(() => (stream.socket.readyState === stream.socket.CLOSED ? true : undefined));
  });

  it('replaces it by a URL, too', async () => {
    product.on('/elsewhere', ({ method }) => `<Response><Say>${method}</Say></Response>`);
    const call = await streaming();
    await rest(`Calls/${call.sid}.json`, { Url: `${product.url}/elsewhere`, Method: 'GET' });
    await call.ended;
    expect(call.heardText).toBe('GET');
  });

  it('hangs a call up, and refuses to change one that is over', async () => {
    const call = await streaming();
    const { body } = await rest(`Calls/${call.sid}.json`, { Status: 'completed' });
    expect(body).toMatchObject({ status: 'completed' });
    expect(await call.ended).toMatchObject({ by: 'api' });
    expect(await rest(`Calls/${call.sid}.json`, { Twiml: '<Response/>' })).toMatchObject({
      status: 400,
      body: { code: 21220 },
    });
  });

  it('takes no document of more than 4,000 characters, and leaves the call as it is', async () => {
    const call = await streaming();
    const document = `<Response><Say>${'long '.repeat(800)}</Say></Response>`;
    expect(await rest(`Calls/${call.sid}.json`, { Twiml: document })).toMatchObject({ status: 400 });
    expect(call.isOver).toBe(false);
  });

  it('makes calls, and reports how they go', async () => {
    product.on('/outbound', () => '<Response><Say>hi from the clinic</Say></Response>');
    const { status, body } = await rest('Calls.json', {
      To: STAFF,
      From: CLINIC,
      Url: `${product.url}/outbound`,
      StatusCallback: `${product.url}/status`,
      StatusCallbackEvent: 'initiated ringing answered completed',
    });
    expect(status).toBe(201);
    const call = sim.calls().find(({ sid }) => sid === body['sid']);
    await call?.ended;
    expect(call?.heardText).toBe('hi from the clinic');
    expect(call?.said.map(({ text }) => text)).toEqual(['hello']);
    await eventually(() => product.requestsTo('/status')[3]);
    expect(product.requestsTo('/status').map(({ params }) => params['CallStatus'])).toEqual([
      'initiated',
      'ringing',
      'in-progress',
      'completed',
    ]);
    expect(product.requestsTo('/outbound')[0]?.params).toMatchObject({
      Direction: 'outbound-api',
      CallStatus: 'in-progress',
    });
  });

  it.each([
    [{ From: CLINIC, Url: 'http://x/' }, 21201],
    [{ To: STAFF, Url: 'http://x/' }, 21213],
    [{ To: '12', From: CLINIC, Url: 'http://x/' }, 21211],
    [{ To: STAFF, From: CALLER, Url: 'http://x/' }, 21210],
    [{ To: STAFF, From: CLINIC }, 21205],
  ])('refuses to call with %j', async (form, code) => {
    expect(await rest('Calls.json', form)).toMatchObject({ status: 400, body: { code } });
  });

  it('fails now and then when told to', async () => {
    sim.faults = { rest: { failureRate: 1, status: 429 } };
    expect(await rest('Calls.json')).toMatchObject({ status: 429, body: { code: 20429 } });
  });
});

describe('text messages', () => {
  it('are sent, and reported until delivered', async () => {
    product.on('/sms-status', () => '');
    const { status, body } = await rest('Messages.json', {
      To: CALLER,
      From: CLINIC,
      Body: 'See you tomorrow at 2 PM',
      StatusCallback: `${product.url}/sms-status`,
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'queued', direction: 'outbound-api', body: 'See you tomorrow at 2 PM' });
    await eventually(() => product.requestsTo('/sms-status')[2]);
    expect(product.requestsTo('/sms-status').map(({ params }) => params['MessageStatus'])).toEqual([
      'queued',
      'sent',
      'delivered',
    ]);
    expect((await rest(`Messages/${String(body['sid'])}.json`)).body).toMatchObject({ status: 'delivered' });
    expect((await rest('Messages.json')).body['messages']).toHaveLength(1);
  });

  it.each([
    [{ From: CLINIC, Body: 'x' }, 21604],
    [{ To: CALLER, Body: 'x' }, 21603],
    [{ To: CALLER, From: CLINIC }, 21602],
    [{ To: CALLER, From: STAFF, Body: 'x' }, 21606],
    [{ To: CALLER, From: CLINIC, Body: 'x'.repeat(1601) }, 21617],
  ])('are refused with %j', async (form, code) => {
    expect(await rest('Messages.json', form)).toMatchObject({ status: 400, body: { code } });
  });
});
