/** One call and the streams it comes by: which of them has its caller, and what a node makes of those that are past. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { headOf, itemOf, readEnding, telephoneKey } from '../../src/bin/call-snapshot.ts';
import { Switchboard, type SwitchboardOptions } from '../../src/bin/switchboard.ts';
import { greeted } from '../actors/call/bench.ts';
import { type RecordedEvents, recordedEvents } from '../http/recorded-events.ts';
import { memoryCallWorld } from '../support/call-world.ts';
import { memoryCallKeeper } from '../support/memory-call-keeper.ts';
import { memoryCallRegister } from '../support/memory-call-register.ts';
import { memoryClinicDirectory, radiance } from '../support/memory-clinics.ts';
import { saveRounds } from '../support/save-rounds.ts';

const { state } = greeted();
const callSid = state.identity.callSid ?? '';

class Line {
  closed = false;
  readonly play = (): void => undefined;
  readonly mark = (): void => undefined;
  readonly clear = (): void => undefined;
  readonly close = (): void => {
    this.closed = true;
  };
}

let events: RecordedEvents;
let desk: Switchboard;
let keeper: ReturnType<typeof memoryCallKeeper>;

function open(options: Partial<SwitchboardOptions> = {}): Switchboard {
  const silent = { send: () => undefined, audio: () => undefined, close: () => undefined };
  return new Switchboard({
    directory: memoryClinicDirectory(),
    world: {
      ...memoryCallWorld(() => silent, events),
      keeping: { keeper, register: memoryCallRegister(), rounds: saveRounds(), resumeMs: 60_000 },
    },
    node: 'node-b',
    capacity: 10,
    elsewhere: () => 0,
    modelDown: () => false,
    ...options,
  });
}

/** A stream of the call; `brokeAt` null for its first one. */
function stream(streamSid: string, brokeAt: number | null = Date.now()) {
  return { callSid, from: '+15550100142', to: radiance.phone, clinicId: radiance.id, streamSid, brokeAt };
}

const ended = (streamSid: string, callStatus = 'in-progress') => ({
  callSid,
  to: radiance.phone,
  streamSid,
  callStatus,
  dialCallStatus: null,
  from: '+15550100142',
  dialBridged: null,
  staffTried: 0,
});

/** The call as another node left it. */
async function leaveBehind(): Promise<void> {
  const items = state.history.map(itemOf);
  await keeper.save({ key: telephoneKey(callSid), epoch: 1, seq: 1, head: headOf(state), items, whole: true });
}

const resumes = (): string[] => events.of('call.resumed').map(({ reason, result }) => `${reason} ${result}`);

beforeEach(() => {
  events = recordedEvents();
  keeper = memoryCallKeeper();
  desk = open();
});
afterEach(() => desk.stop());

describe('of two streams of one call', () => {
  it('the later one has its caller, and the earlier one is closed', async () => {
    const [first, second] = [new Line(), new Line()];
    desk.open(stream('MZ1', null), first);
    await events.seen('call.started');
    expect(desk.open(stream('MZ2'), second)).not.toBeNull();
    expect([first.closed, second.closed, desk.active]).toEqual([true, false, 1]);
    expect(resumes()).toEqual(['line_broke resumed']);
  });

  it('the later one has it, too, where the call is still on its way from another node', async () => {
    await leaveBehind();
    const [first, second] = [new Line(), new Line()];
    desk.open(stream('MZ2'), first);
    desk.open(stream('MZ3'), second);
    await vi.waitFor(() => expect(desk.active).toBe(1));
    expect([first.closed, second.closed]).toEqual([true, false]);
    expect(resumes()).toEqual(['node_lost resumed']);
    expect(await keeper.read(telephoneKey(callSid))).toMatchObject({ epoch: 2 });
  });
});

describe('what is asked about a stream that is past', () => {
  it('is answered as before, and breaks no later line', async () => {
    const [first, second] = [new Line(), new Line()];
    desk.open(stream('MZ1', null), first);
    await events.seen('call.started');
    const answer = await desk.continueCall(ended('MZ1'));
    expect(answer).toMatchObject({ kind: 'stream', clinicId: radiance.id });
    desk.open(stream('MZ2'), second);
    expect(await desk.continueCall(ended('MZ1'))).toMatchObject({ kind: 'stream', clinicId: radiance.id });
    expect(second.closed).toBe(false);
    expect(await desk.continueCall(ended('MZ2'))).toMatchObject({ kind: 'stream' });
    expect(second.closed).toBe(true);
  });
});

it('a call that is over leaves word of how its record was closed, for whoever claims it before it is', async () => {
  desk.open(stream('MZ1', null), new Line());
  await events.seen('call.started');
  desk.callStatus({ callSid, status: 'completed' });
  const kept = await keeper.read(telephoneKey(callSid));
  const ending = kept?.kind === 'ended' ? readEnding(kept.ending) : null;
  expect(ending).toMatchObject({ next: 'hang_up', end: { kind: 'ended', endedBy: 'caller_stop' } });
});

describe('a node without room', () => {
  const full = { capacity: 1, elsewhere: () => 2 };

  it('puts the caller of a call that it does not have through to staff', async () => {
    await leaveBehind();
    desk = open(full);
    expect(await desk.continueCall(ended('MZ1'))).toMatchObject({ kind: 'staff', sentence: expect.any(String) });
  });

  it('leaves a call to others whose stream it is given, and staff to their caller where nobody else is asked', async () => {
    await leaveBehind();
    desk = open(full);
    expect(desk.open(stream('MZ2'), new Line())).toBeNull();
    expect(await keeper.read(telephoneKey(callSid))).toMatchObject({ epoch: 1 });
    expect(await desk.continueCall(ended('MZ2'))).toMatchObject({ kind: 'staff' });
  });

  it('has some for calls that go on when it has none for new ones', async () => {
    await leaveBehind();
    desk = open({ capacity: 4, elsewhere: () => 4 });
    expect(desk.shedReason()).toBe('full');
    expect(await desk.continueCall(ended('MZ1'))).toMatchObject({ kind: 'stream' });
    desk.open(stream('MZ2'), new Line());
    await vi.waitFor(() => expect(desk.active).toBe(1));
  });
});
