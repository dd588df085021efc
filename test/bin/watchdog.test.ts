/** The watch over calls: what is asked about them, when, by whom, and what comes of it. */
import { once } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { WATCH_LIMITS, Watchdog, type WatchedDesk } from '../../src/bin/watchdog.ts';
import type { CallNews, CallWatch, OrphanedCall, WatchedCall } from '../../src/domain/call-watch.ts';
import type { ShedReason } from '../../src/domain/events.ts';
import type { PhoneNetwork } from '../../src/domain/phone-network.ts';
import type { Continuation } from '../../src/http/front-desk.ts';
import { type RecordedEvents, recordedEvents } from '../http/recorded-events.ts';

const AWAY = new Error('out of reach');
const STREAM: Continuation = { kind: 'stream', clinicId: 'clinic', from: null, to: '+1', brokeAt: 1 };

function callOf(n: number, sinceMs = 6_000): WatchedCall {
  return { callSid: `CA${n}`, epoch: 1, clinicId: 'clinic', to: '+1', cause: 'owner_silent', sinceMs };
}
function orphanOf(n: number, cause: OrphanedCall['cause'], sinceMs: number): OrphanedCall {
  return { ...callOf(n, sinceMs), cause };
}

/** What the world around the watch says; a test changes it. */
let silent: WatchedCall[];
let orphans: OrphanedCall[];
let news: CallNews[];
let next: Continuation | null;
let isStillSilent: boolean;
let standing: () => Promise<'live' | 'over'>;
let redirect: () => Promise<'redirected' | 'over'>;
let isAway: boolean;
let shed: ShedReason | null;
/** What was done, in order. */
let done: string[];
let events: RecordedEvents;
let dog: Watchdog;

const watch: CallWatch = {
  async takeSilent(limit) {
    if (isAway) throw AWAY;
    return silent.splice(0, limit);
  },
  isSilent: async () => isStillSilent,
  async newsOf(calls) {
    if (isAway) throw AWAY;
    return news.filter(({ callSid }) => calls.some((call) => call.callSid === callSid));
  },
  noteLeft: async () => undefined,
};
const desk: WatchedDesk = {
  shedReason: () => shed,
  owned: () => orphans,
  orphans: () => orphans,
  recall: async () => next,
  takeLeave: async ({ callSid }) => void done.push(`took leave of ${callSid}`),
  callStatus: ({ callSid, status }) => void done.push(`${callSid} ${status}`),
};
const network: PhoneNetwork = {
  standing(callSid) {
    done.push(`asked ${callSid}`);
    return standing();
  },
  redirect(callSid, document) {
    done.push(`${document} ${callSid}`);
    return redirect();
  },
};

beforeEach(() => {
  [silent, orphans, news, done] = [[], [], [], []];
  [next, isStillSilent, isAway, shed] = [STREAM, true, false, null];
  standing = async () => 'live';
  redirect = async () => 'redirected';
  events = recordedEvents();
  dog = new Watchdog({
    watch,
    network,
    desk,
    events,
    resumeMs: 120_000,
    documentOf: (_call, { kind }) => kind,
  });
});

/** One round, and all that it began. */
async function round(): Promise<string[]> {
  done = [];
  await dog.round();
  await dog.settled();
  return done;
}
/** The network answers once the returned function is called. */
function hesitant(): () => void {
  const answering = new AbortController();
  const answered = once(answering.signal, 'abort');
  standing = () => answered.then(() => 'live');
  return () => answering.abort();
}
const results = (): string[] => events.of('call.watched').map(({ cause, result }) => `${cause} ${result}`);

describe('a call whose owner is silent', () => {
  beforeEach(() => {
    silent = [callOf(1)];
  });

  it('is given another line where its caller is still there', async () => {
    expect(await round()).toEqual(['asked CA1', 'stream CA1']);
    expect(results()).toEqual(['owner_silent recalled']);
    expect(await round()).toEqual([]);
  });

  it('is ended where its caller is gone, whenever that turns out', async () => {
    standing = async () => 'over';
    expect(await round()).toEqual(['asked CA1', 'took leave of CA1']);
    silent = [callOf(2)];
    standing = async () => 'live';
    redirect = async () => 'over';
    expect(await round()).toEqual(['asked CA2', 'stream CA2', 'took leave of CA2']);
    expect(results()).toEqual(['owner_silent ended', 'owner_silent ended']);
  });

  it('is left as it is where its owner is back, or another has it, right before', async () => {
    isStillSilent = false;
    expect(await round()).toEqual(['asked CA1']);
    expect(results()).toEqual(['owner_silent attended']);
  });

  it('is left as it is where its caller is with staff', async () => {
    next = null;
    expect(await round()).toEqual(['asked CA1']);
    expect(results()).toEqual(['owner_silent left']);
  });

  it('is left as it is where the network says nothing, which is told of', async () => {
    standing = () => Promise.reject(AWAY);
    expect(await round()).toEqual(['asked CA1']);
    expect(events.of('call.watched')).toMatchObject([{ result: 'unknown', error: AWAY }]);
    silent = [callOf(2)];
    standing = async () => 'live';
    redirect = () => Promise.reject(AWAY);
    await round();
    expect(events.of('call.watched')[1]).toMatchObject({ result: 'failed', error: AWAY });
  });

  it('is left to others by a node that stops', async () => {
    shed = 'draining';
    expect(await round()).toEqual([]);
    expect(silent).toHaveLength(1);
  });

  it('waits for its turn where there are thousands', async () => {
    silent = Array.from({ length: 5_000 }, (_, n) => callOf(n));
    const answer = hesitant();
    await dog.round();
    await dog.round();
    expect(done).toHaveLength(WATCH_LIMITS.atOnce);
    answer();
    await dog.settled();
    expect(await round()).toHaveLength(2 * WATCH_LIMITS.atOnce);
  });
});

describe('a call of this node whose line is gone', () => {
  it('is asked about ten and thirty seconds later, once each, and ended where its caller is gone', async () => {
    standing = async () => 'over';
    const asked: string[][] = [];
    for (const ms of [9_000, 10_000, 11_000, 29_000, 30_000, 60_000]) {
      orphans = [orphanOf(1, 'broke', ms)];
      asked.push(await round());
    }
    const ends = ['asked CA1', 'CA1 completed'];
    expect(asked).toEqual([[], ends, [], [], ends, []]);
  });

  it('is asked about anew where another of its lines is gone', async () => {
    orphans = [orphanOf(1, 'broke', 10_000)];
    expect(await round()).toHaveLength(2);
    orphans = [orphanOf(1, 'broke', 500)];
    expect(await round()).toEqual([]);
    orphans = [orphanOf(1, 'broke', 10_000)];
    expect(await round()).toHaveLength(2);
  });

  it('is ended a second after the network ended its stream, unless the network says that it goes on', async () => {
    orphans = [orphanOf(1, 'stopped', 1_000)];
    expect(await round()).toEqual(['asked CA1']);
    orphans = [orphanOf(1, 'stopped', 10_000)];
    expect(await round()).toEqual(['asked CA1', 'stream CA1']);
    standing = () => Promise.reject(AWAY);
    orphans = [orphanOf(2, 'stopped', 1_000)];
    expect(await round()).toEqual(['asked CA2', 'CA2 completed']);
  });

  it('is given no other line where another node has it by now, or nobody can tell', async () => {
    orphans = [orphanOf(1, 'broke', 10_000)];
    news = [{ callSid: 'CA1', epoch: 1, kind: 'lost' }];
    expect(await round()).toEqual(['asked CA1']);
    expect(events.of('call.displaced')[0]).toEqual({ callSid: 'CA1', epoch: 1 });
    isAway = true;
    orphans = [orphanOf(2, 'broke', 10_000)];
    expect(await round()).toEqual(['asked CA2']);
    expect(results()).toEqual(['broke attended', 'broke failed']);
  });

  it('is given no other line where its caller came back meanwhile', async () => {
    orphans = [orphanOf(1, 'broke', 10_000)];
    standing = async () => {
      orphans = [];
      return 'live';
    };
    expect(await round()).toEqual(['asked CA1']);
  });
});

describe('what others note of this node’s calls', () => {
  it('is heeded: one is another node’s, the caller of the other has left', async () => {
    orphans = [orphanOf(1, 'broke', 0), orphanOf(2, 'broke', 0), orphanOf(3, 'broke', 0)];
    news = [
      { callSid: 'CA1', epoch: 1, kind: 'lost' },
      { callSid: 'CA2', epoch: 1, kind: 'left' },
    ];
    expect(await round()).toEqual(['CA2 completed']);
    expect(events.of('call.displaced')).toEqual([{ callSid: 'CA1', epoch: 1 }]);
  });
});

it('a watch that is closed begins nothing more, and gives no call another line', async () => {
  silent = [callOf(1), callOf(2)];
  const answer = hesitant();
  await dog.round();
  const closed = dog.close();
  answer();
  await closed;
  expect(done).toEqual(['asked CA1', 'asked CA2']);
});
