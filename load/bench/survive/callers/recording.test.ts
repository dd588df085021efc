/** What is kept of a call, of the times at which it was so. */
import { expect, it } from 'vitest';
import type { Call } from '../../../../test/sim/twilio/call.ts';
import type { CallEvent, CallHappening } from '../../../../test/sim/twilio/call-events.ts';
import { EventLog } from '../../../../test/sim/twilio/event-log.ts';
import { recorded } from './recording.ts';

const EPOCH = 1_700_000_000_000;

/** What happened at which time of the line, and how much later the clock on the wall said so. */
function recordOf(...happened: (readonly [atMs: number, stoodStillMs: number, happening: CallHappening])[]) {
  const events = new EventLog<CallEvent>();
  for (const [atMs, stoodStillMs, happening] of happened) {
    events.push({ ...happening, atMs, epochMs: EPOCH + atMs + stoodStillMs });
  }
  const ended: Call['ended'] = Promise.resolve({ status: 'completed', by: 'twiml', durationMs: 0 });
  return recorded({ sid: 'CA1', from: '+15550300000', events, ended });
}

it('has a sentence begin when it did, though the telephones stood still in the middle of it', async () => {
  const { sentences } = await recordOf(
    [1_000, 0, { type: 'saying', text: 'Yes, please.' }],
    [1_780, 200, { type: 'said', text: 'Yes, please.', fromMs: 1_000, toMs: 1_800 }],
    [5_000, 200, { type: 'saying', text: 'No.' }],
    [5_480, 200, { type: 'said', text: 'No.', fromMs: 5_000, toMs: 5_500 }],
  );
  expect(sentences).toEqual([
    { text: 'Yes, please.', fromAt: EPOCH + 1_000, toAt: EPOCH + 2_000, stoodStillMs: 200 },
    { text: 'No.', fromAt: EPOCH + 5_200, toAt: EPOCH + 5_700, stoodStillMs: 0 },
  ]);
});

it('has words when they sounded', async () => {
  const { words } = await recordOf([
    3_000,
    40,
    { type: 'word', word: 'Hello.', fromMs: 2_500, toMs: 2_980, playedFully: true },
  ]);
  expect(words).toEqual([{ text: 'Hello.', fromAt: EPOCH + 2_540, toAt: EPOCH + 3_020 }]);
});
