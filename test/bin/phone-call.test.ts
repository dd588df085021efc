import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { CallState } from '../../actors/call/state.ts';
import type { ModelReport } from '../../actors/model/messages.ts';
import { adopt } from '../../src/bin/call-adoption.ts';
import { restored, telephoneKey } from '../../src/bin/call-snapshot.ts';
import { type CallScreen, TELEPHONE } from '../../src/bin/call-world.ts';
import { PhoneCall } from '../../src/bin/phone-call.ts';
import type { BrowserMemory } from '../../src/browser/memory.ts';
import type { CallSave } from '../../src/domain/call-keeping.ts';
import type { ConversationEntry } from '../../src/domain/ports.ts';
import { callerSpeaks, greeted, says, words } from '../actors/call/bench.ts';
import { recordedEvents } from '../http/recorded-events.ts';
import { memoryCallWorld } from '../support/call-world.ts';
import { memoryCallKeeper } from '../support/memory-call-keeper.ts';
import { memoryCallRegister } from '../support/memory-call-register.ts';
import { radiance } from '../support/memory-clinics.ts';
import { saveRounds } from '../support/save-rounds.ts';

const IDENTITY = {
  conversationId: 'conversation',
  clinicId: radiance.id,
  channel: 'voice',
  callSid: 'CA1',
  callerPhone: '+15550100142',
  calledNumber: radiance.phone,
  node: 'node-a',
} as const;

const LINE = { play: () => {}, mark: () => {}, clear: () => {}, close: () => {} };

it('a call that crashes has the outcome of what was done in it', async () => {
  const reports: ((report: ModelReport) => void)[] = [];
  const entries: ConversationEntry[] = [];
  const world = memoryCallWorld((_brief, report) => {
    reports.push(report);
    return { send: () => {}, audio: () => {}, close: () => {} };
  }, recordedEvents());
  const log = { write: (entry: ConversationEntry) => void entries.push(entry), settled: async () => {} };
  const call = new PhoneCall(IDENTITY, LINE, { ...world, log }, () => {});
  call.begin(radiance);
  const args = { customer_name: 'Jordan Lee', service: 'botox' };
  const requested = { callId: 'c1', name: 'join_waitlist', argumentsText: JSON.stringify(args) };
  for (const report of [
    { type: 'connected' },
    { type: 'session_ready' },
    { type: 'tool_requested', ...requested },
  ] as const) {
    reports[0]?.(report);
  }
  await vi.waitFor(() => expect(entries.map(({ kind }) => kind)).toContain('tool_call'));
  call.fail('call', new Error('a bug'));
  expect(entries.at(-1)).toMatchObject({ kind: 'ended', outcome: 'waitlisted', endedBy: 'failure' });
});

const MEMORY = {
  format: 'audio/pcm',
  settled: null,
  commits: [],
  played: null,
  sent: [],
  missed: [],
} satisfies BrowserMemory;

it('a call that crashes is told of on its screen', () => {
  const world = memoryCallWorld(() => ({ send: () => {}, audio: () => {}, close: () => {} }));
  const told: string[] = [];
  const screen: CallScreen = {
    heard: () => {},
    told: (name) => void told.push(name),
    displaced: () => {},
    memory: () => MEMORY,
  };
  const call = new PhoneCall(IDENTITY, LINE, world, () => {}, { format: 'audio/pcm', screen });
  call.begin(radiance);
  call.fail('call', new Error('a bug'));
  expect(told.filter((name) => name === 'call.ended')).toHaveLength(1);
});

/** A session that answers once, for so much. */
function bill(report: ((report: ModelReport) => void) | undefined): void {
  const usage = { textIn: 10, textInCached: 0, audioIn: 20, audioInCached: 0, textOut: 5, audioOut: 30 };
  for (const each of [
    { type: 'connected' },
    { type: 'session_ready' },
    { type: 'response_started', responseId: 'r1' },
    { type: 'response_ended', responseId: 'r1', status: 'completed', usage },
  ] as const) {
    report?.(each);
  }
}

it('a call that another node had costs what both used, and lasts since it began', async () => {
  const reports: ((report: ModelReport) => void)[] = [];
  const entries: ConversationEntry[] = [];
  const events = recordedEvents();
  const world = memoryCallWorld((_brief, report) => {
    reports.push(report);
    return { send: () => {}, audio: () => {}, close: () => {} };
  }, events);
  const keeping = {
    keeper: memoryCallKeeper(),
    register: memoryCallRegister(),
    rounds: saveRounds(),
    resumeMs: 1_000,
  };
  const log = { write: (entry: ConversationEntry) => void entries.push(entry), settled: async () => {} };
  const begin = (): PhoneCall => new PhoneCall(IDENTITY, LINE, { ...world, log, keeping }, () => {});
  const before = begin();
  before.begin(radiance);
  bill(reports[0]);
  before.keepNow();
  const adoption = await adopt(keeping, telephoneKey(IDENTITY.callSid), 'node-b', () => true);
  if (adoption.kind !== 'adopted') throw new Error(adoption.kind);
  const startedAt = adoption.state.startedAt - 60_000;
  const call = begin();
  call.takeUp(radiance, { ...adoption, state: { ...adoption.state, startedAt } }, Date.now());
  bill(reports[1]);
  const used = entries.flatMap((entry) => (entry.kind === 'usage' ? [entry.usage.tokens.audioOut] : []));
  expect(used).toEqual([30, 60]);
  call.fail('call', new Error('a bug'));
  expect(events.of('call.ended')[0]?.durationMs).toBeGreaterThanOrEqual(60_000);
});

it('a call that another node had has the turns in its record that the other one had not come to write', () => {
  const entries: ConversationEntry[] = [];
  const world = memoryCallWorld(() => ({ send: () => {}, audio: () => {}, close: () => {} }));
  const write = (entry: ConversationEntry): void => void (entry.kind !== 'folded' && entries.push(entry));
  const log = { write, settled: async () => {} };
  const before = greeted();
  const recorded = [
    ...callerSpeaks(before, 'u1'),
    ...before.tell(words('u1', 'Do you do Botox?')),
    ...says(before, 'a1', 'We do.'),
  ].flatMap((effect) => (effect.kind === 'record' && effect.entry.kind === 'turn' ? [effect.entry] : []));
  const { state } = before;
  const call = new PhoneCall(state.identity, LINE, { ...world, log }, () => {}, { ...TELEPHONE, epoch: 2 });
  call.takeUp(radiance, { kind: 'adopted', state, epoch: 2, seq: 1, browser: null, unregistered: null }, null);
  expect(entries.map(({ kind }) => kind)).toEqual(['started', 'turn', 'turn', 'turn']);
  expect(recorded).toHaveLength(2);
  expect(entries.slice(-2)).toEqual(recorded);
});

/** A call that this node took up in this state, whose line broke just now; `kept` reads what its keeper has. */
function takenUp(state: CallState) {
  const reports: ((report: ModelReport) => void)[] = [];
  const world = memoryCallWorld((_brief, report) => {
    reports.push(report);
    return { send: () => {}, audio: () => {}, close: () => {} };
  });
  const keeper = memoryCallKeeper();
  const keeping = { keeper, register: memoryCallRegister(), rounds: saveRounds(), resumeMs: 1_000 };
  const call = new PhoneCall(state.identity, LINE, { ...world, keeping }, () => {}, { ...TELEPHONE, epoch: 2 });
  onTestFinished(() => call.displaced(3));
  const adopted = { kind: 'adopted', state, epoch: 2, seq: 1, browser: null, unregistered: null } as const;
  call.takeUp(radiance, adopted, Date.now());
  const kept = async () => {
    const kept = await keeper.read(telephoneKey(state.identity.callSid ?? ''));
    if (kept?.kind !== 'live') throw new Error('nothing is kept');
    return { seq: kept.seq, mode: restored(kept.head, kept.items).mode };
  };
  return { call, tell: (report: ModelReport) => reports[0]?.(report), kept };
}

describe('who asks about a call in the next millisecond may ask another node, which finds all', () => {
  it('where its line broke', async () => {
    const { call, tell, kept } = takenUp(greeted().state);
    for (const type of ['connected', 'session_ready'] as const) tell({ type });
    tell({ type: 'caller_speech_started', itemId: 'u2' });
    const { seq } = await kept();
    call.closed('broken');
    expect(await kept()).toEqual({ seq: seq + 1, mode: 'talking' });
  });

  it('where its line was closed for staff', async () => {
    const { kept } = takenUp({ ...greeted().state, mode: 'parting', leaving: { urgent: false } });
    expect(await kept()).toEqual({ seq: 3, mode: 'away' });
  });
});

it('a call that has a newer owner stops at once: its session is closed, nothing is said, done or written any more', async () => {
  const reports: ((report: ModelReport) => void)[] = [];
  const done: string[] = [];
  const world = memoryCallWorld((_brief, report) => {
    reports.push(report);
    return { send: () => done.push('sent'), audio: () => done.push('heard'), close: () => done.push('session closed') };
  });
  const keeper = memoryCallKeeper();
  const saves: CallSave[] = [];
  const watched = {
    ...keeper,
    save: (save: CallSave) => {
      saves.push(save);
      return keeper.save(save);
    },
    end: () => Promise.reject(new Error('it is not this one’s to end')),
  };
  const left: string[] = [];
  const call = new PhoneCall(
    IDENTITY,
    { ...LINE, close: () => done.push('line closed') },
    {
      ...world,
      bookings: {
        ...world.bookings,
        joinWaitlist: async () => {
          done.push('put on the waitlist');
          return 'w1';
        },
      },
      log: { write: ({ kind }) => void (kind !== 'folded' && done.push(`written ${kind}`)), settled: async () => {} },
      keeping: { keeper: watched, register: memoryCallRegister(), rounds: saveRounds(), resumeMs: 1_000 },
    },
    (next) => left.push(next),
  );
  call.begin(radiance);
  const tell = (...told: readonly ModelReport[]): void => told.forEach((report) => reports[0]?.(report));
  tell({ type: 'connected' }, { type: 'session_ready' });
  await keeper.take('phone/CA1', 2);
  done.length = 0;
  const args = { customer_name: 'Jordan Lee', service: 'botox' };
  tell({ type: 'tool_requested', callId: 'c1', name: 'join_waitlist', argumentsText: JSON.stringify(args) });
  await vi.waitFor(() => expect(left).toEqual(['elsewhere']));
  expect(done).toEqual(['session closed', 'line closed']);
  const { length } = saves;
  tell({ type: 'response_ended', responseId: 'r1', status: 'completed', usage: null });
  call.audio('AAAA');
  call.closed('broken');
  await call.stop('shutdown');
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toEqual(['session closed', 'line closed']);
  expect(saves).toHaveLength(length);
  expect(left).toEqual(['elsewhere']);
});

it('a caller who is known is made known to the model; one who cannot be looked up is greeted all the same', async () => {
  const sent: unknown[] = [];
  const reports: ((report: ModelReport) => void)[] = [];
  const events = recordedEvents();
  const world = memoryCallWorld((_brief, report) => {
    reports.push(report);
    return { send: (command) => void sent.push(command), audio: () => {}, close: () => {} };
  }, events);
  const asked: string[] = [];
  const recognise = async (clinicId: string, phone: string) => {
    asked.push(`${clinicId} ${phone}`);
    return { name: 'Jordan Lee', appointments: [], texted: [] };
  };
  const begin = (more: Partial<typeof world>) => {
    const call = new PhoneCall(IDENTITY, LINE, { ...world, ...more }, () => {});
    call.begin(radiance);
    reports.at(-1)?.({ type: 'connected' });
    reports.at(-1)?.({ type: 'session_ready' });
    return call;
  };
  const known = begin({ recognise });
  const note = { type: 'note', text: expect.stringContaining('on file as Jordan Lee') };
  await vi.waitFor(() => expect(sent).toContainEqual(note));
  expect(asked).toEqual([`${radiance.id} ${IDENTITY.callerPhone}`]);
  sent.length = 0;
  const unknown = begin({ recognise: () => Promise.reject(new Error('away')) });
  await events.seen('dependency.lost');
  expect(sent).toContainEqual(expect.objectContaining({ type: 'create_response' }));
  await Promise.all([known.stop('over'), unknown.stop('over')]);
});

it('a browser’s call is on record with its node, so that it is ended where that dies', async () => {
  const entries: ConversationEntry[] = [];
  const world = memoryCallWorld(() => ({ send: () => {}, audio: () => {}, close: () => {} }), recordedEvents());
  const log = { write: (entry: ConversationEntry) => void entries.push(entry), settled: async () => {} };
  const identity = { ...IDENTITY, channel: 'web', callSid: null, callerPhone: null } as const;
  const keeping = {
    keeper: memoryCallKeeper(),
    register: memoryCallRegister(),
    rounds: saveRounds(),
    resumeMs: 1_000,
  };
  const call = new PhoneCall(identity, LINE, { ...world, log, keeping }, () => {});
  call.begin(radiance);
  await call.stop('over');
  expect(entries[0]).toMatchObject({
    kind: 'started',
    channel: 'web',
    call: { callSid: 'web/conversation', ownerNode: 'node-a', from: null },
  });
});
