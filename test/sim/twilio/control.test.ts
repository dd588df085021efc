import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Listener, speakWords } from '../speech.ts';
import { eventually, type FakeProduct, type ProductStream, startFakeProduct } from './fake-product.ts';
import { startTwilioSim, type TwilioSim } from './server.ts';

const [CLINIC, CALLER] = ['+15550100001', '+15550100142'];
const PACE = 4;
const EventLine = z.looseObject({ type: z.string(), text: z.string().default('') });
const LINES: readonly (readonly [RegExp, string])[] = [
  [/book/, 'Tomorrow at 2 PM is available. Shall I book it?'],
  [/yes/i, 'May I have your name?'],
  [/name is/, 'And your phone number?'],
  [/phone number is/, 'And your email?'],
  [/email is/, 'You are booked. Anything else?'],
  [/that's all/, 'Goodbye!'],
];
let product: FakeProduct;
let sim: TwilioSim;

/** A receptionist with one answer for each thing that a caller says. */
function receive(stream: ProductStream): void {
  const listener = new Listener();
  stream.socket.on('message', () => {
    const message = stream.messages.at(-1);
    if (message?.event === 'start') stream.play(speakWords('Radiance, how can I help?', PACE));
    if (message?.media === undefined) return;
    for (const { text } of listener.push(Buffer.from(message.media.payload, 'base64'))) {
      const line = LINES.find(([asked]) => asked.test(text));
      if (line !== undefined) stream.play(speakWords(line[1], PACE));
    }
  });
}

beforeEach(async () => {
  product = await startFakeProduct();
  product.on('/voice', () => `<Response><Connect><Stream url="${product.mediaUrl}"/></Connect></Response>`);
  product.on('/sms', () => '');
  sim = await startTwilioSim({
    accountSid: 'AC1',
    authToken: 'secret',
    numbers: { [CLINIC]: { voiceUrl: `${product.url}/voice`, smsUrl: `${product.url}/sms` } },
    pace: PACE,
  });
});
afterEach(async () => {
  await sim.stop();
  await product.stop();
});

const post = async (path: string, body: unknown): Promise<{ status: number; json: Record<string, unknown> }> => {
  const response = await fetch(`${sim.url}/sim/${path}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, json: z.record(z.string(), z.unknown()).parse(await response.json()) };
};

describe('the control plane', () => {
  it('places a scripted call and streams it to its end', async () => {
    product.onStream = receive;
    const { status, json } = await post('calls', {
      from: CALLER,
      to: CLINIC,
      scenario: 'book',
      who: { name: 'Sam Okafor' },
    });
    expect(status).toBe(201);
    const response = await fetch(`${sim.url}/sim/calls/${String(json['sid'])}/events`);
    const events = (await response.text())
      .trim()
      .split('\n')
      .map((line) => EventLine.parse(JSON.parse(line)));
    const talk = events.flatMap((event) => (event.type === 'said' || event.type === 'utterance' ? [event.text] : []));
    expect(talk).toEqual([
      'Radiance, how can I help?',
      "I'd like to book a Botox appointment for tomorrow at 2 PM.",
      'Tomorrow at 2 PM is available. Shall I book it?',
      'Yes, please.',
      'May I have your name?',
      'My name is Sam Okafor.',
      'And your phone number?',
      'My phone number is +1 555 010 0142.',
      'And your email?',
      'My email is jordan.lee@example.com.',
      'You are booked. Anything else?',
      "No, that's all, thank you.",
      'Goodbye!',
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'ended', status: 'completed', by: 'phone' });
  });

  it('lets a person speak, press and hang up', async () => {
    const { json } = await post('calls', { from: CALLER, to: CLINIC });
    const sid = String(json['sid']);
    const stream = await product.stream();
    expect((await post(`calls/${sid}/say`, { text: 'hello' })).status).toBe(202);
    const call = sim.calls()[0];
    await eventually(() => call?.said[0]);
    await post(`calls/${sid}/press`, { digits: '5' });
    await stream.until(({ dtmf }) => dtmf?.digit === '5');
    await post(`calls/${sid}/hangup`, {});
    expect(await call?.ended).toMatchObject({ by: 'phone' });
    const listed = await (await fetch(`${sim.url}/sim/calls`)).json();
    expect(listed).toMatchObject({ calls: [{ sid, status: 'completed', said: [{ text: 'hello' }] }] });
  });

  it('sends text messages and names the scenarios', async () => {
    expect((await post('messages', { from: CALLER, to: CLINIC, body: 'hi' })).json).toMatchObject({ status: 200 });
    const listed = await (await fetch(`${sim.url}/sim/scenarios`)).text();
    expect(listed).toContain('"name":"fully-booked"');
  });

  it('says what is wrong with a request', async () => {
    expect((await post('calls', { from: 'me', to: CLINIC })).status).toBe(400);
    expect((await post('calls', { from: CALLER, to: CLINIC, scenario: 'x' })).json['error']).toMatch(/there are book/);
    expect((await post('calls/CA0/hangup', {})).status).toBe(404);
    expect((await fetch(`${sim.url}/sim/nothing`)).status).toBe(404);
  });
});
