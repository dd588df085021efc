/** Calls without a line, and calls of silent nodes, as the switchboard shows them to the watch and does what it says. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../actors/kernel/clock.ts';
import { BrokenCalls } from '../../src/bin/broken-calls.ts';
import { type CallEnd, endingOf, headOf, itemOf, telephoneKey } from '../../src/bin/call-snapshot.ts';
import { Switchboard } from '../../src/bin/switchboard.ts';
import type { ConversationEntry } from '../../src/domain/ports.ts';
import { memoryTicketLedger } from '../../src/twilio/ticket-ledger.ts';
import { greeted } from '../actors/call/bench.ts';
import { type RecordedEvents, recordedEvents } from '../http/recorded-events.ts';
import { memoryCallWorld } from '../support/call-world.ts';
import { memoryCallKeeper } from '../support/memory-call-keeper.ts';
import { memoryCallRegister } from '../support/memory-call-register.ts';
import { memoryClinicDirectory, radiance } from '../support/memory-clinics.ts';
import { saveRounds } from '../support/save-rounds.ts';

const { state } = greeted();
const callSid = state.identity.callSid ?? '';
const LINE = { play: () => undefined, mark: () => undefined, clear: () => undefined, close: () => undefined };
const STREAM = { callSid, from: '+15550100142', to: radiance.phone, clinicId: radiance.id, streamSid: 'MZ1' };
const WATCHED = {
  callSid,
  epoch: 1,
  clinicId: radiance.id,
  to: radiance.phone,
  cause: 'owner_silent',
  sinceMs: 6_000,
} as const;

let events: RecordedEvents;
let keeper: ReturnType<typeof memoryCallKeeper>;
let desk: Switchboard;
let written: ConversationEntry[];
/** Calls that went on by text, and those of others whose callers are gone. */
let texted: string[];
let brokenCalls: BrokenCalls;
let leftElsewhere: string[];
let sessions: number;

const connect = () => {
  sessions++;
  return { send: () => undefined, audio: () => undefined, close: () => void sessions-- };
};

function open(resumeMs = 60_000): Switchboard {
  return new Switchboard({
    directory: memoryClinicDirectory(),
    world: {
      ...memoryCallWorld(connect, events),
      keeping: { keeper, register: memoryCallRegister(), rounds: saveRounds(), resumeMs },
      log: { write: (entry) => void written.push(entry), settled: async () => {} },
    },
    node: 'node-b',
    capacity: 10,
    elsewhere: () => 0,
    modelDown: () => false,
    brokenCalls,
    onLeftElsewhere: (sid) => void leftElsewhere.push(sid),
  });
}

beforeEach(() => {
  events = recordedEvents();
  keeper = memoryCallKeeper();
  [written, texted, leftElsewhere, sessions] = [[], [], [], 0];
  brokenCalls = new BrokenCalls({
    keeper,
    ledger: memoryTicketLedger(Date.now),
    goOnByText: async ({ conversationId }) => void texted.push(conversationId),
    events,
    clock: systemClock(),
  });
  desk = open();
});
afterEach(() => desk.stop());

const ends = () => written.filter((entry) => entry.kind === 'ended');
const nextAfter = (streamSid: string, callStatus = 'in-progress') =>
  desk.continueCall({
    callSid,
    to: radiance.phone,
    streamSid,
    callStatus,
    dialCallStatus: null,
    from: '+15550100142',
    dialBridged: null,
    staffTried: 0,
  });

/** The call begins here; what its line says. */
async function begin() {
  const inlet = desk.open({ ...STREAM, brokeAt: null }, LINE);
  await events.seen('call.started');
  return inlet;
}

/** What another node has left of the call. */
async function leaveBehind(changes: Partial<typeof state> = {}): Promise<void> {
  const head = headOf({ ...state, ...changes });
  const items = state.history.map(itemOf);
  await keeper.save({ key: telephoneKey(callSid), epoch: 1, seq: 1, head, items, whole: true });
}

describe('a call whose stream the network ended', () => {
  it('waits for another one, without a session that costs money, until the network says what it was', async () => {
    (await begin())?.closed('stop');
    expect([desk.active, sessions, ends().length]).toEqual([1, 0, 0]);
    expect(desk.orphans()).toMatchObject([{ callSid, epoch: 1, cause: 'stopped', to: radiance.phone }]);
    desk.callStatus({ callSid, status: 'completed' });
    expect(ends()).toMatchObject([{ endedBy: 'caller_stop', outcome: 'abandoned' }]);
    await brokenCalls.close();
    expect([desk.active, texted]).toEqual([0, []]);
    desk.callStatus({ callSid, status: 'completed' });
    expect([ends().length, leftElsewhere]).toEqual([1, []]);
  });

  it('goes on where the network asks what comes next', async () => {
    (await begin())?.closed('stop');
    expect(await nextAfter('MZ1')).toMatchObject({ kind: 'stream' });
    expect(desk.open({ ...STREAM, streamSid: 'MZ2', brokeAt: 1 }, LINE)).not.toBeNull();
    expect([desk.active, desk.orphans()]).toEqual([1, []]);
  });

  it('is over where the network asks and says so', async () => {
    (await begin())?.closed('stop');
    expect(await nextAfter('MZ1', 'completed')).toEqual({ kind: 'hang_up' });
    expect(ends()).toMatchObject([{ endedBy: 'caller_stop' }]);
  });

  it('is over after its time, whatever the network says', async () => {
    desk = open(20);
    (await begin())?.closed('stop');
    await vi.waitFor(() => expect(ends()).toMatchObject([{ endedBy: 'caller_stop' }]));
    expect(desk.active).toBe(0);
  });
});

describe('a call whose line broke', () => {
  it('is not ended by what is left of that line, however late it is noticed', async () => {
    const inlet = await begin();
    expect(await nextAfter('MZ1')).toMatchObject({ kind: 'stream' });
    // The socket was closed from here.
    inlet?.closed('stop');
    expect([desk.active, ends()]).toEqual([1, []]);
    expect(desk.orphans()).toMatchObject([{ cause: 'broke' }]);
  });

  it('is shown to the watch with its cause, and goes on by text where its caller is gone', async () => {
    (await begin())?.closed('broken');
    expect(desk.orphans()).toMatchObject([{ callSid, cause: 'broke' }]);
    desk.callStatus({ callSid, status: 'completed' });
    await brokenCalls.close();
    expect([ends().length, texted.length]).toEqual([1, 1]);
  });

  it('is recalled to this node, unless it stops', async () => {
    (await begin())?.closed('broken');
    const [orphan = WATCHED] = desk.orphans();
    expect(await desk.recall(orphan)).toMatchObject({ kind: 'stream', clinicId: radiance.id });
    desk.callStatus({ callSid, status: 'completed' });
    void desk.drain();
    expect(await desk.recall(orphan)).toBeNull();
  });
});

describe('a call of a silent node', () => {
  it('goes on from when its node was last heard of: what it meant to say later was not sent', async () => {
    await leaveBehind();
    const next = await desk.recall(WATCHED);
    expect(next).toMatchObject({ kind: 'stream', from: '+15550100142', to: radiance.phone });
    const brokeAt = next?.kind === 'stream' ? (next.brokeAt ?? 0) : 0;
    expect(Date.now() - brokeAt).toBeGreaterThan(WATCHED.sinceMs - 1_000);
  });

  it('is left alone while its caller is with staff', async () => {
    await leaveBehind({ mode: 'away' });
    expect(await desk.recall(WATCHED)).toBeNull();
  });

  it('goes to staff where nothing is kept of it', async () => {
    expect(await desk.recall(WATCHED)).toMatchObject({ kind: 'staff', sentence: expect.any(String) });
  });

  it('is hung up where it was over, and its record closed as its owner would have', async () => {
    const end: CallEnd = {
      kind: 'ended',
      conversationId: 'c',
      clinicId: radiance.id,
      outcome: 'info_only',
      endedAt: 1,
      endedBy: 'ava',
    };
    await keeper.end(telephoneKey(callSid), 1, endingOf({ next: 'hang_up', clinicId: radiance.id, end }));
    expect(await desk.recall(WATCHED)).toEqual({ kind: 'hang_up' });
    expect(ends()).toEqual([{ ...end, fence: { callSid, epoch: 1 } }]);
    await desk.takeLeave(WATCHED);
    expect(ends()).toHaveLength(2);
  });

  it('is ended in its next owner’s name where its caller is gone, and goes on by text', async () => {
    await leaveBehind();
    await desk.takeLeave(WATCHED);
    expect(ends()).toMatchObject([{ endedBy: 'caller_stop', fence: { callSid, epoch: 2 } }]);
    await brokenCalls.close();
    expect([desk.active, sessions, texted]).toEqual([0, 0, [state.identity.conversationId]]);
    expect(await keeper.read(telephoneKey(callSid))).toMatchObject({ kind: 'ended' });
    // It goes on over no other line.
    expect(events.of('call.resumed')).toEqual([]);
  });

  it('is ended quietly where its caller was with staff', async () => {
    await leaveBehind({ mode: 'away' });
    await desk.takeLeave(WATCHED);
    await brokenCalls.close();
    expect([ends().length, texted]).toEqual([1, []]);
  });
});

it('that a caller is gone whose call is elsewhere is passed on', () => {
  desk.callStatus({ callSid, status: 'in-progress' });
  desk.callStatus({ callSid, status: 'completed' });
  expect(leftElsewhere).toEqual([callSid]);
});
