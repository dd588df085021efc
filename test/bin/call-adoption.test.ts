/** A call that another node had, as it comes to this one: whose it is then, and what of it is there. */
import { EventEmitter, once } from 'node:events';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CallState } from '../../actors/call/state.ts';
import { SimulatedClock } from '../../actors/kernel/simulated-clock.ts';
import type { ConnectModel } from '../../actors/model/messages.ts';
import { BrokenCalls } from '../../src/bin/broken-calls.ts';
import { adopt, ExpectedCall, registered } from '../../src/bin/call-adoption.ts';
import { endingOf, headOf, itemOf, restored, telephoneKey } from '../../src/bin/call-snapshot.ts';
import type { CallWorld } from '../../src/bin/call-world.ts';
import { Switchboard } from '../../src/bin/switchboard.ts';
import type { CallClaim } from '../../src/domain/call-keeping.ts';
import type { ConversationEntry } from '../../src/domain/ports.ts';
import { memoryTicketLedger, type TicketLedger } from '../../src/twilio/ticket-ledger.ts';
import { callerSpeaks, greeted, words } from '../actors/call/bench.ts';
import { recordedEvents } from '../http/recorded-events.ts';
import { memoryCallWorld } from '../support/call-world.ts';
import { memoryCallKeeper } from '../support/memory-call-keeper.ts';
import { memoryCallRegister } from '../support/memory-call-register.ts';
import { memoryClinicDirectory, radiance } from '../support/memory-clinics.ts';
import { saveRounds } from '../support/save-rounds.ts';

const AWAY = new Error('out of reach');
const away = () => Promise.reject(AWAY);
const OVER = { next: 'hang_up', clinicId: radiance.id } as const;
const any = (): boolean => true;

let keeper: ReturnType<typeof memoryCallKeeper>;
let register: ReturnType<typeof memoryCallRegister>;
let state: CallState;
let callSid: string;
const keeping = () => ({ keeper, register, rounds: saveRounds(), resumeMs: 1_000 });

async function save(epoch: number, seq = 1): Promise<void> {
  const items = state.history.map(itemOf);
  await keeper.save({ key: telephoneKey(callSid), epoch, seq, head: headOf(state), items, whole: true });
}

const asked = (callStatus = 'in-progress') => ({
  callSid,
  to: radiance.phone,
  streamSid: 'MZ1',
  callStatus,
  dialCallStatus: null,
  from: '+15550100142',
  dialBridged: null,
  staffTried: 0,
});
const LINE = { play: () => undefined, mark: () => undefined, clear: () => undefined, close: () => undefined };
const noSession: ConnectModel = () => ({ send: () => undefined, audio: () => undefined, close: () => undefined });
const connecting = () => vi.fn<ConnectModel>(noSession);
/** The line of a call that broke on another node. */
const stream = () => ({
  callSid,
  clinicId: radiance.id,
  from: '+15550100142',
  to: radiance.phone,
  streamSid: 'MZ2',
  brokeAt: Date.now(),
});
const desk = (
  changes: Partial<ReturnType<typeof keeping>> = {},
  world: Partial<CallWorld> = {},
  brokenCalls?: BrokenCalls,
): Switchboard =>
  new Switchboard({
    directory: memoryClinicDirectory(),
    world: {
      ...memoryCallWorld(noSession),
      keeping: { ...keeping(), ...changes },
      ...world,
    },
    node: 'node-b',
    capacity: 10,
    elsewhere: () => 0,
    modelDown: () => false,
    ...(brokenCalls && { brokenCalls }),
  });

beforeEach(async () => {
  keeper = memoryCallKeeper();
  register = memoryCallRegister();
  const call = greeted();
  callerSpeaks(call, 'u1');
  call.tell(words('u1', 'Do you do Botox?'));
  ({ state } = call);
  callSid = state.identity.callSid ?? '';
  await save(1);
});

describe('a call that is adopted', () => {
  it('is this node’s alone, with all that it remembers', async () => {
    const adoption = await adopt(keeping(), telephoneKey(callSid), 'node-b', any);
    expect(adoption).toMatchObject({ kind: 'adopted', epoch: 2, seq: 1, unregistered: null });
    expect(adoption.kind === 'adopted' && adoption.state.history).toEqual(state.history);
    await save(1, 2);
    expect(await keeper.read(telephoneKey(callSid))).toMatchObject({ epoch: 2, seq: 1 });
  });

  it('comes to one of several nodes that ask at once, and to each by an epoch of its own', async () => {
    const adoptions = await Promise.all(
      ['b', 'c', 'd'].map((node) => adopt(keeping(), telephoneKey(callSid), node, any)),
    );
    const epochs = adoptions.flatMap((each) => (each.kind === 'adopted' ? [each.epoch] : []));
    expect(new Set(epochs).size).toBe(epochs.length);
    expect(await keeper.read(telephoneKey(callSid))).toMatchObject({ epoch: Math.max(...epochs) });
  });

  it('has an epoch beyond one that the keeper gave while the register was away', async () => {
    await keeper.takeNext(telephoneKey(callSid));
    await keeper.takeNext(telephoneKey(callSid));
    expect(await adopt(keeping(), telephoneKey(callSid), 'node-b', any)).toMatchObject({ kind: 'adopted', epoch: 4 });
  });

  it('is had without the register, which is told of it later', async () => {
    const away = { ...register, claim: () => Promise.reject(AWAY) };
    const adoption = await adopt({ ...keeping(), register: away }, telephoneKey(callSid), 'node-b', any);
    expect(adoption).toMatchObject({ kind: 'adopted', epoch: 2 });
    if (adoption.kind !== 'adopted' || !adoption.unregistered) throw new Error('the register was not to be told');
    expect(await registered({ register }, adoption.unregistered, adoption.epoch)).toBe(true);
    expect(await register.holds({ callSid, clinicId: radiance.id, epoch: 2 })).toBe(true);
    expect(await register.holds({ callSid, clinicId: radiance.id, epoch: 1 })).toBe(false);
  });

  it('is somebody else’s where they claimed it before the register was told', async () => {
    const claim = { callSid, clinicId: radiance.id, conversationId: 'c', node: 'b', from: null, to: '', startedAt: 0 };
    await register.claim(claim);
    expect(await registered({ register }, claim, 2)).toBe(false);
  });
});

/** With `change` right after the look at what is kept. */
const afterwards = (change: () => Promise<unknown>) => ({
  ...keeping(),
  keeper: {
    ...keeper,
    read: async (key: string) => {
      const kept = await keeper.read(key);
      await change();
      return kept;
    },
  },
});

describe('a call that changes between the look at it and the claim', () => {
  const END = {
    kind: 'ended',
    conversationId: 'c',
    clinicId: radiance.id,
    outcome: 'browsing',
    endedAt: 1,
    endedBy: 'caller_stop',
  } as const;

  it('is ended in the record by the claimer, since its last owner may write nothing more', async () => {
    const key = telephoneKey(callSid);
    const ends = afterwards(() => keeper.end(key, 1, endingOf({ ...OVER, end: END })));
    expect(await adopt(ends, key, 'node-b', any)).toEqual({
      kind: 'ended',
      unwritten: { ...END, fence: { callSid, epoch: 2 } },
    });
    expect(await adopt(keeping(), telephoneKey(callSid), 'node-b', any)).toEqual({ kind: 'ended', unwritten: null });

    keeper.flush();
    await save(1);
    const written: ConversationEntry[] = [];
    const log = { write: (entry: ConversationEntry) => void written.push(entry), settled: async () => {} };
    const node = desk({ keeper: ends.keeper }, { log });
    node.open({ ...asked(), from: null, clinicId: radiance.id, streamSid: 'MZ2', brokeAt: 1 }, LINE);
    await vi.waitFor(() => expect(written).toEqual([{ ...END, fence: { callSid, epoch: 3 } }]));
  });

  it.each([
    ['a new state', { turns: 7 }, 0],
    ['a note alone', {}, 1],
  ])('is had with what its last owner kept last: %s', async (_, change, notes) => {
    const key = telephoneKey(callSid);
    const note = itemOf({ kind: 'note', text: 'On file as Jordan Lee.', at: Date.now() });
    const items = Array.from({ length: notes }, () => note);
    const head = headOf({ ...state, ...change });
    const saved = afterwards(() => keeper.save({ key, epoch: 1, seq: 2, head, items, whole: false }));
    const adoption = await adopt(saved, key, 'node-b', any);
    if (adoption.kind !== 'adopted') throw new Error(adoption.kind);
    expect(adoption).toMatchObject({ seq: 2, state: { ...change } });
    expect(adoption.state.history).toHaveLength(state.history.length + notes);
  });

  it('is had as it was where it is kept no more', async () => {
    const lost = afterwards(async () => keeper.flush());
    const adoption = await adopt(lost, telephoneKey(callSid), 'node-b', any);
    expect(adoption).toMatchObject({ kind: 'adopted', epoch: 2, seq: 1 });
    expect(adoption.kind === 'adopted' && adoption.state.history).toEqual(state.history);
  });
});

describe('a call that is not to be had', () => {
  it('is over, by the keeper or by the register', async () => {
    register.begin({ callSid, clinicId: radiance.id, epoch: 1 });
    register.end(callSid);
    expect(await adopt(keeping(), telephoneKey(callSid), 'node-b', any)).toEqual({ kind: 'ended', unwritten: null });
    await keeper.end(telephoneKey(callSid), 1, endingOf(OVER));
    expect(await adopt(keeping(), telephoneKey(callSid), 'node-b', any)).toEqual({ kind: 'ended', unwritten: null });
  });

  it('is not kept, or not of the kind that is wanted', async () => {
    expect(await adopt(keeping(), telephoneKey(callSid), 'node-b', () => false)).toEqual({ kind: 'gone' });
    expect(await register.holds({ callSid, clinicId: radiance.id, epoch: 1 })).toBe(true);
    keeper.flush();
    expect(await adopt(keeping(), telephoneKey(callSid), 'node-b', any)).toEqual({ kind: 'gone' });
  });

  it('cannot be asked about', async () => {
    const away = { ...keeper, read: () => Promise.reject(AWAY) };
    await expect(adopt({ ...keeping(), keeper: away }, telephoneKey(callSid), 'node-b', any)).rejects.toBe(AWAY);
  });
});

describe('what a line says before its call is there', () => {
  it('is told to the call in order, and nobody where none comes', () => {
    const heard: string[] = [];
    const call = {
      audio: (payload: string) => heard.push(payload),
      mark: (name: string) => heard.push(`mark ${name}`),
      digit: (digit: string) => heard.push(`digit ${digit}`),
      closed: (reason: string) => heard.push(reason),
    };
    const expected = new ExpectedCall();
    expected.audio('a');
    expected.mark('m');
    expected.arrived(call);
    expected.digit('1');
    expected.closed('stop');
    expect(heard).toEqual(['a', 'mark m', 'digit 1', 'stop']);
    const alone = new ExpectedCall();
    alone.audio('a');
    alone.arrived(null);
    alone.closed('broken');
    expect(heard).toHaveLength(4);
  });
});

describe('a call that was with staff when its node went', () => {
  const afterDial = { ...asked(), dialCallStatus: 'completed' };

  beforeEach(async () => {
    state = { ...state, mode: 'away', dealings: { ...state.dealings, transferring: 'They want a person.' } };
    await save(1, 2);
  });

  it('has its caller back where somebody there had heard who calls, and not taken the call', async () => {
    state = { ...state, staffTold: true };
    await save(1, 3);
    expect(await desk().continueCall({ ...afterDial, callSid, staffTried: 9 })).toMatchObject({ kind: 'stream' });
  });

  it('is over where it was put through', async () => {
    expect(await desk().continueCall({ ...afterDial, callSid })).toEqual({ kind: 'hang_up' });
  });

  it('is told of by whichever node is asked, which the next one knows', async () => {
    expect(await desk().staffSummary(callSid)).toMatch(/5 5 5 0 1 0 0 1 4 2\. They want a person\./);
    const isTold = async (): Promise<boolean> => {
      const kept = await keeper.read(telephoneKey(callSid));
      return kept?.kind === 'live' && restored(kept.head, kept.items).staffTold;
    };
    await expect.poll(isTold).toBe(true);
    expect(await desk().continueCall({ ...afterDial, callSid, staffTried: 9 })).toMatchObject({ kind: 'stream' });
  });

  it('keeps nobody waiting who picked up, where it cannot be had', async () => {
    const away = { ...keeper, read: () => new Promise<never>(() => undefined) };
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const summary = desk({ keeper: away }).staffSummary(callSid);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await summary).toBeNull();
  });
});

describe('a node that is asked about a call that it does not know', () => {
  it('goes on with it', async () => {
    expect(await desk().continueCall(asked())).toMatchObject({
      kind: 'stream',
      from: '+15550100142',
      to: radiance.phone,
    });
    expect(await desk().continueCall(asked('completed'))).toEqual({ kind: 'hang_up' });
  });

  it('goes on from where it broke, however long the look at what is kept takes', async () => {
    const clock = new SimulatedClock();
    const askedAt = clock.now();
    const slow = afterwards(async () => clock.advance(250));
    const next = await desk({ keeper: slow.keeper }, { clock }).continueCall(asked());
    expect(next).toMatchObject({ kind: 'stream', brokeAt: askedAt });
    expect(clock.now()).toBe(askedAt + 250);
  });

  it.each(['read', 'take'] as const)('goes on with it though it can be had only after a while: %s', async (what) => {
    let times = 0;
    const slow = {
      ...keeper,
      [what]: (...given: [string, number]) => (++times < 3 ? away() : keeper[what](...given)),
    };
    const node = desk({ keeper: slow });
    expect(await node.continueCall(asked())).toMatchObject({ kind: 'stream' });
    node.open(stream(), LINE);
    await vi.waitFor(() => expect(node.active).toBe(1), { timeout: 5_000 });
    expect(times).toBeGreaterThan(2);
    await node.stop();
  });

  it('does what is left to do where it is over', async () => {
    await keeper.end(telephoneKey(callSid), 1, endingOf(OVER));
    expect(await desk().continueCall(asked())).toEqual({ kind: 'hang_up' });
    keeper.flush();
    await keeper.end(telephoneKey(callSid), 1, endingOf({ ...OVER, next: 'staff' }));
    expect(await desk().continueCall(asked())).toMatchObject({ kind: 'staff' });
  });

  it('hangs up on nobody of whom nothing is known, or can be read', async () => {
    const staffPhone = radiance.staffPhones[0];
    const away = { ...keeper, read: () => Promise.reject(AWAY) };
    expect(await desk({ keeper: away }).continueCall(asked())).toMatchObject({ kind: 'staff', staffPhone });
    const unreadable = { schema: '99' };
    await keeper.save({ key: telephoneKey(callSid), epoch: 1, seq: 9, head: unreadable, items: [], whole: true });
    expect(await desk().continueCall(asked())).toMatchObject({ kind: 'staff', staffPhone });
    keeper.flush();
    expect(await desk().continueCall(asked())).toMatchObject({ kind: 'staff', staffPhone });
  });
});

/** What nodes settle between them of a call that broke off. */
const between = (ledger: TicketLedger = memoryTicketLedger(() => 0)): BrokenCalls =>
  new BrokenCalls({
    keeper,
    ledger,
    goOnByText: () => Promise.resolve(),
    events: recordedEvents(),
    clock: new SimulatedClock(),
  });
/** Asked of a call that nobody has heard of. */
const anew = () => ({ ...asked(), callSid: 'CAnew' });

describe('a call whose node died before its first stream was there', () => {
  it('begins anew, once on all nodes', async () => {
    const ledger = memoryTicketLedger(() => 0);
    expect(await desk({}, {}, between(ledger)).continueCall(anew())).toEqual({
      kind: 'stream',
      clinicId: radiance.id,
      from: '+15550100142',
      to: radiance.phone,
      brokeAt: null,
    });
    expect(await desk({}, {}, between(ledger)).continueCall(anew())).toMatchObject({ kind: 'staff' });
  });

  it('goes to staff where it is registered, or nobody can tell whether it began', async () => {
    register.begin({ callSid: 'CAnew', epoch: 1, clinicId: radiance.id });
    expect(await desk({}, {}, between()).continueCall(anew())).toMatchObject({ kind: 'staff' });
    for (const changes of [{ keeper: { ...keeper, read: away } }, { register: { ...register, knows: away } }]) {
      const unknown = { ...asked(), callSid: 'CAother' };
      expect(await desk(changes, {}, between()).continueCall(unknown)).toMatchObject({ kind: 'staff' });
      expect(await desk({}, {}, between({ spend: away })).continueCall(unknown)).toMatchObject({ kind: 'staff' });
    }
  });

  it('goes to staff where no call may begin', async () => {
    const node = desk({}, {}, between());
    await node.stop();
    expect(await node.continueCall(anew())).toMatchObject({ kind: 'staff' });
  });
});

describe('the session of a call whose line broke', () => {
  it('connects while the call is claimed', async () => {
    const connect = connecting();
    const gate = new EventEmitter();
    const opened = once(gate, 'open');
    const slow = { ...register, claim: (given: CallClaim) => opened.then(() => register.claim(given)) };
    const node = desk({ register: slow }, { connectModel: connect });
    node.open(stream(), LINE);
    await vi.waitFor(() => expect(connect).toHaveBeenCalledTimes(1));
    expect(node.active).toBe(0);
    gate.emit('open');
    await vi.waitFor(() => expect(node.active).toBe(1));
    expect(connect).toHaveBeenCalledTimes(1);
    await node.stop();
  });

  it('connects when the phone network asks what comes next, and is the one that goes on where the line leads here', async () => {
    const connect = connecting();
    const node = desk({}, { connectModel: connect });
    await node.continueCall(asked());
    await vi.waitFor(() => expect(connect).toHaveBeenCalledTimes(1));
    node.open(stream(), LINE);
    await vi.waitFor(() => expect(node.active).toBe(1));
    expect(connect).toHaveBeenCalledTimes(1);
    await node.stop();
  });

  it('is closed where the call is not to be had', async () => {
    const close = vi.fn<() => void>();
    const node = desk({}, { connectModel: (...given) => ({ ...noSession(...given), close }) });
    await keeper.end(telephoneKey(callSid), 1, endingOf({ next: 'hang_up', clinicId: radiance.id }));
    node.open(stream(), LINE);
    await vi.waitFor(() => expect(close).toHaveBeenCalledTimes(1));
  });
});
