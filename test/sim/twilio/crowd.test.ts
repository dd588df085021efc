import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { speakWords } from '../speech.ts';
import { type FakeProduct, startFakeProduct } from './fake-product.ts';
import { startTwilioSim, type TwilioSim } from './server.ts';

const CLINIC = '+15550100001';
const PHONES = 200;
let product: FakeProduct;
let sim: TwilioSim;

beforeEach(async () => {
  product = await startFakeProduct();
  product.on('/voice', () => `<Response><Connect><Stream url="${product.mediaUrl}"/></Connect></Response>`);
  sim = await startTwilioSim({
    accountSid: 'AC1',
    authToken: 'secret',
    numbers: { [CLINIC]: { voiceUrl: `${product.url}/voice` } },
    pace: 2,
  });
});
afterEach(async () => {
  await sim.stop();
  await product.stop();
});

describe('a crowd of callers', () => {
  it('is carried at once, each hearing every word, and leaves nothing behind', async () => {
    const greeting = speakWords('Thank you for calling Radiance');
    product.onStream = (stream) => {
      void stream.until(({ event }) => event === 'start').then(() => stream.play(greeting));
    };
    const calls = Array.from({ length: PHONES }, (_, i) =>
      sim.placeCall({ from: `+1555020${String(i).padStart(4, '0')}`, to: CLINIC }),
    );
    await Promise.all(calls.map((call) => call.waitFor(/Thank you for calling Radiance/, 15_000)));
    const gaps = calls.flatMap(({ log }) => log.gaps);
    expect(gaps).toEqual([]);
    for (const call of calls) call.hangUp();
    const ends = await Promise.all(calls.map(({ ended }) => ended));
    expect(ends.every(({ status }) => status === 'completed')).toBe(true);
  });
});
