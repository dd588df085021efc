/** Calls that broke off, told of to several nodes: who goes on with them, and that nobody does twice. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { CallState } from '../../actors/call/state.ts';
import { SimulatedClock } from '../../actors/kernel/simulated-clock.ts';
import { BrokenCalls, type BrokenCallsOptions } from '../../src/bin/broken-calls.ts';
import { type CallEnding, cutOffBy, endingOf, headOf, telephoneKey } from '../../src/bin/call-snapshot.ts';
import { Switchboard } from '../../src/bin/switchboard.ts';
import type { CutOff } from '../../src/domain/texting.ts';
import { memoryTicketLedger } from '../../src/twilio/ticket-ledger.ts';
import { greeted } from '../actors/call/bench.ts';
import { recordedEvents } from '../http/recorded-events.ts';
import { memoryCallWorld } from '../support/call-world.ts';
import { memoryCallKeeper } from '../support/memory-call-keeper.ts';
import { memoryClinicDirectory, radiance } from '../support/memory-clinics.ts';

const LAST_WORD_MS = 2_000;

let clock: SimulatedClock;
let keeper: ReturnType<typeof memoryCallKeeper>;
let shared: Pick<BrokenCallsOptions, 'ledger' | 'keeper' | 'clock'>;
let texted: CutOff[];
let state: CallState;
let callSid: string;

beforeEach(() => {
  clock = new SimulatedClock();
  keeper = memoryCallKeeper();
  shared = { clock, keeper, ledger: memoryTicketLedger(() => clock.now()) };
  texted = [];
  ({ state } = greeted());
  callSid = state.identity.callSid ?? '';
});

const node = (changes: Partial<BrokenCallsOptions> = {}): BrokenCalls =>
  new BrokenCalls({
    ...shared,
    events: recordedEvents(),
    goOnByText: async (cut) => void texted.push(cut),
    ...changes,
  });
const desk = (brokenCalls: BrokenCalls): Switchboard =>
  new Switchboard({
    directory: memoryClinicDirectory(),
    world: memoryCallWorld(() => {
      throw new Error('no call may begin');
    }),
    node: 'node-b',
    capacity: 10,
    elsewhere: () => 0,
    modelDown: () => false,
    brokenCalls,
  });
const over = (to: Switchboard): void => to.callStatus({ callSid, status: 'completed' });
const cut = (): CutOff | null => cutOffBy(state);

const keptEnded = (ending: Omit<CallEnding, 'clinicId'>, epoch = 1) =>
  keeper.end(telephoneKey(callSid), epoch, endingOf({ clinicId: radiance.id, ...ending }));

/** Everything has been told of the call, and was seen to. */
async function settled(...nodes: readonly BrokenCalls[]): Promise<void> {
  clock.advance(LAST_WORD_MS);
  await Promise.all(nodes.map((each) => each.close()));
}

describe('a call that is over and was another node’s', () => {
  it('is gone on with where it had broken off there, once however many are told', async () => {
    await keptEnded({ next: 'staff', cut: cut() ?? undefined });
    const nodes = [node(), node()];
    for (const each of nodes) over(desk(each));
    await settled(...nodes);
    expect(texted).toEqual([cut()]);
    expect(texted[0]?.history).toContainEqual({ kind: 'assistant', text: 'Thank you for calling.' });
  });

  it('is left to whoever ends it where it is kept as it lives', async () => {
    await keeper.save({ key: telephoneKey(callSid), epoch: 1, seq: 1, head: headOf(state), items: [], whole: true });
    const other = node();
    over(desk(other));
    await settled(other);
    expect(texted).toEqual([]);
  });

  it('is over where it ended well there, even after it broke here', async () => {
    await keptEnded({ next: 'hang_up' }, 2);
    const here = node();
    here.over(callSid, cut());
    await settled(here);
    expect(texted).toEqual([]);
  });

  it('of which nothing is kept is none', async () => {
    const other = node();
    over(desk(other));
    await settled(other);
    expect(texted).toEqual([]);
  });
});

describe('a call breaks nothing off that was', () => {
  it.each([
    ['with staff', { mode: 'away' }],
    ['saying goodbye', { mode: 'parting' }],
    ['hung up on by its caller, with a tool still running', { mode: 'settling' }],
  ] as const)('%s', (_, at) => {
    expect(cutOffBy({ ...state, ...at })).toBeNull();
  });

  it('from a number that was withheld', () => {
    expect(cutOffBy({ ...state, identity: { ...state.identity, callerPhone: null } })).toBeNull();
  });
});

describe('a caller whom somebody sees to', () => {
  const dialled = {
    from: '+15550100142',
    to: radiance.phone,
    streamSid: null,
    callStatus: 'completed',
    staffTried: 1,
    dialBridged: null,
  };
  const recording = { sid: 'RE1', url: 'https://recordings.test/RE1', seconds: 9 };

  it.each([
    ['staff', (at: Switchboard) => at.continueCall({ ...dialled, callSid, dialCallStatus: 'completed' })],
    [
      'whoever hears what they left',
      (at: Switchboard) => at.keepVoicemail({ callSid, from: '+15550100142', to: radiance.phone, recording }),
    ],
  ])('is not written to: %s', async (_, seenTo) => {
    await keptEnded({ next: 'staff', cut: cut() ?? undefined });
    const nodes = [node(), node()];
    const [one, other] = nodes.map(desk);
    if (!one || !other) throw new Error('two nodes are needed');
    // The word that it is over is the first to come.
    over(other);
    clock.advance(LAST_WORD_MS - 1);
    await seenTo(one);
    await settled(...nodes);
    expect(texted).toEqual([]);
  });

  it('is written to where staff were dialled and did not take the call', async () => {
    await keptEnded({ next: 'staff', cut: cut() ?? undefined });
    const one = node();
    await desk(one).continueCall({ ...dialled, callSid, dialCallStatus: 'no-answer' });
    over(desk(one));
    await settled(one);
    expect(texted).toEqual([cut()]);
  });
});

it('with the keeper out of reach what the node itself knows counts', async () => {
  const alone = node({ keeper: { ...keeper, read: () => Promise.reject(new Error('away')) } });
  alone.over(callSid, cut());
  await settled(alone);
  expect(texted).toEqual([cut()]);
});

it('a node that stops goes on with what it was waiting for', async () => {
  await keptEnded({ next: 'staff', cut: cut() ?? undefined });
  const stopping = node();
  stopping.over(callSid, null);
  await stopping.close();
  expect(texted).toEqual([cut()]);
  expect(clock.pending).toBe(0);
});
