/** What a call does with the keeper's answers: its saves come in order, and none of what it remembers is left out. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallMessage } from '../../actors/call/messages.ts';
import type { CallState } from '../../actors/call/state.ts';
import { callStep } from '../../actors/call/step.ts';
import { CallCheckpoints, CHECKPOINT_LIMITS } from '../../src/bin/call-checkpoints.ts';
import { headOf, itemOf, restored } from '../../src/bin/call-snapshot.ts';
import { ROUND_MS } from '../../src/bin/save-rounds.ts';
import type { CallSave, Kept } from '../../src/domain/call-keeping.ts';
import { callerSpeaks, committed, FACTS, greeted, playback, words } from '../actors/call/bench.ts';
import { saveRounds } from '../support/save-rounds.ts';
import { NOW } from '../support/step-bench.ts';

const KEY = 'phone/CA1';

const noteAt = (at: number) => ({ kind: 'note', text: `note ${at}`, at }) as const;

const roundOver = (): Promise<unknown> => vi.advanceTimersByTimeAsync(ROUND_MS);

/** A call's checkpoints before a keeper whose every answer the test gives. */
function keptBy(options: { readonly epoch?: number; readonly seq?: number; readonly inTick?: boolean } = {}) {
  const saves: CallSave[] = [];
  const endings: string[] = [];
  const open: { answer: (kept: Kept) => void; fail: () => void }[] = [];
  const results: string[] = [];
  const onStale = vi.fn<() => void>();
  const asked = (): Promise<Kept> =>
    new Promise((answer, reject) => {
      open.push({ answer, fail: () => reject(new Error('Command timed out')) });
    });
  const checkpoints = new CallCheckpoints({
    keeper: {
      save: (save) => {
        saves.push(save);
        return asked();
      },
      end: (_key, _epoch, ending) => {
        endings.push(ending);
        return asked();
      },
      read: () => Promise.resolve(null),
      take: () => Promise.resolve(null),
      takeNext: () => Promise.resolve(null),
    },
    rounds: saveRounds(),
    inTick: options.inTick ?? false,
    key: KEY,
    epoch: options.epoch ?? 1,
    seq: options.seq ?? 0,
    headOf: (state, before) => headOf(state, undefined, before),
    onStale,
    onSaved: (result) => results.push(result),
    now: Date.now,
  });
  const call = greeted();
  let turns = 0;
  return {
    call,
    checkpoints,
    saves,
    endings,
    results,
    onStale,
    /** The caller says something, with the states in between as the actor's shell tells of them. */
    says: async (text: string): Promise<void> => {
      const before = call.state;
      turns += 1;
      callerSpeaks(call, `u${turns}`);
      call.tell(words(`u${turns}`, text));
      checkpoints.changed(before, call.state);
      await roundOver();
    },
    /** Answers the oldest request that has no answer yet, and lets what follows from it happen. */
    answers: async (...kept: readonly (Kept | 'nothing')[]): Promise<void> => {
      for (const each of kept) {
        const oldest = open.shift();
        if (!oldest) throw new Error('nothing was asked');
        if (each === 'nothing') oldest.fail();
        else oldest.answer(each);
        await vi.advanceTimersByTimeAsync(0);
      }
    },
    unanswered: () => open.length,
  };
}

/** What the next node makes of a call that broke. */
const takenUp = (state: CallState): CallState =>
  callStep(FACTS)(state, { type: 'taken_up', brokeAt: NOW, node: 'node-b' }, NOW).state;

const textsOf = ({ items }: CallSave): string[] => items.map((item) => JSON.parse(item).text);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a call that is kept', () => {
  it('is written whole once, and from then on only what is new, by numbers without a gap', async () => {
    const { call, checkpoints, saves, says, answers } = keptBy();
    checkpoints.begin(call.state);
    await says('One.');
    await says('Two.');
    await answers('ok', 'ok', 'ok');
    await says('Three.');
    expect(saves.map(({ seq, whole }) => [seq, whole])).toEqual([
      [1, true],
      [2, false],
      [3, false],
      [4, false],
    ]);
    expect(saves.slice(1).map(textsOf)).toEqual([['One.'], ['Two.'], ['Three.']]);
  });

  it('is written in the parts that changed, which are all of it together', async () => {
    const { call, checkpoints, saves, says } = keptBy();
    checkpoints.begin(call.state);
    await says('One.');
    await says('Two.');
    const [whole, ...others] = saves.map(({ head }) => Object.keys(head));
    expect(whole).toEqual(Object.keys(headOf(call.state)));
    for (const names of others) expect(names).not.toContain('identity');
    expect(Object.assign({}, ...saves.map(({ head }) => head))).toEqual(headOf(call.state));
  });

  it('is not written for what is over before anybody could take it up', async () => {
    const { call, checkpoints, saves } = keptBy();
    const before = call.state;
    checkpoints.changed(before, { ...before, deadlines: { silence: 1 } });
    checkpoints.changed(before, { ...before, responding: true });
    await roundOver();
    expect(saves).toEqual([]);
    call.tell({ type: 'shut_down', reason: 'shutdown' });
    checkpoints.changed(before, call.state);
    await roundOver();
    expect(saves).toEqual([]);
  });

  it('is not written for a turn that is over until its words are there: they would be asked for either way', async () => {
    const { call, checkpoints, saves } = keptBy();
    checkpoints.begin(call.state);
    const steps = async (...messages: CallMessage[]): Promise<number> => {
      for (const message of messages) {
        const before = call.state;
        call.tell(message);
        checkpoints.changed(before, call.state);
        await roundOver();
      }
      return saves.length;
    };
    expect(await steps({ type: 'caller_speech_started' })).toBe(2);
    const over = [{ type: 'caller_speech_stopped', speechMs: 900 } as const, committed('u1')];
    expect(await steps(...over, { type: 'response_started' })).toBe(2);
    const heads = [Object.assign({}, ...saves.map(({ head }) => head)), headOf(call.state)];
    const links = heads.map((head) => takenUp(restored(head, [])).link);
    expect(links[0]).toEqual(links[1]);
    expect(links[0]).toMatchObject({ missed: true });
    expect(await steps(words('u1', 'Do you do Botox?'))).toBe(3);
    expect(await steps({ type: 'words_delta', itemId: 'a', text: 'Yes' }, playback('a'))).toBe(4);
  });

  it('is written once for what changes within one round, and at once where something waits for it', async () => {
    const { call, checkpoints, saves, says, answers } = keptBy();
    checkpoints.begin(call.state);
    await answers('ok');
    const said = [says('One.'), says('Two.')];
    expect(saves).toHaveLength(1);
    await Promise.all(said);
    expect(saves.slice(1).map(textsOf)).toEqual([['One.', 'Two.']]);
    const third = says('Three.');
    const settled = vi.fn<() => void>();
    void checkpoints.settled().then(settled);
    expect(saves.slice(2).map(textsOf)).toEqual([['Three.']]);
    await third;
    await answers('ok');
    expect(settled).not.toHaveBeenCalled();
    await answers('ok');
    expect(settled).toHaveBeenCalledOnce();
    expect(saves).toHaveLength(3);
  });

  it('is written before its tick ends where something tells of that as it ends', async () => {
    const { call, checkpoints, saves, says } = keptBy({ inTick: true });
    checkpoints.begin(call.state);
    const said = says('One.');
    await Promise.resolve();
    expect(saves.slice(1).map(textsOf)).toEqual([['One.']]);
    await said;
    expect(saves).toHaveLength(2);
  });

  it('is written at once with what was to be written with the round or before long, and not again', async () => {
    const { call, checkpoints, saves, says } = keptBy();
    checkpoints.begin(call.state);
    checkpoints.flush();
    const said = says('One.');
    checkpoints.flush();
    expect(saves.slice(1).map(textsOf)).toEqual([['One.']]);
    await said;
    checkpoints.soon();
    checkpoints.flush();
    await vi.advanceTimersByTimeAsync(CHECKPOINT_LIMITS.soonMs);
    expect(saves).toHaveLength(3);
  });

  it('is written with what is new in it: words that come late stand before the answer to them, the oldest are forgotten', async () => {
    const { call, checkpoints, saves } = keptBy();
    const history = async (...times: number[]): Promise<void> => {
      const before = call.state;
      const known = new Map(before.history.map((each) => [each.at, each]));
      const after = { ...before, history: times.map((at) => known.get(at) ?? noteAt(at)) };
      call.state = after;
      checkpoints.changed(before, after);
      await roundOver();
    };
    checkpoints.begin(call.state);
    await history(1, 3, 5);
    await history(1, 2, 3, 5, 6);
    await history(3, 4, 5, 6, 7);
    await history(6, 7);
    expect(saves.slice(1).map(textsOf)).toEqual([
      ['note 1', 'note 3', 'note 5'],
      ['note 2', 'note 6'],
      ['note 4', 'note 7'],
      [],
    ]);
  });

  it('goes on with the numbers of the owner before', () => {
    const { call, checkpoints, saves } = keptBy({ epoch: 3, seq: 17 });
    checkpoints.begin(call.state);
    expect(saves).toMatchObject([{ key: KEY, epoch: 3, seq: 18, whole: true }]);
  });

  it('is settled when its last save is, and after a moment in any case', async () => {
    const { call, checkpoints, answers } = keptBy();
    const settled = vi.fn<() => void>();
    checkpoints.begin(call.state);
    void checkpoints.settled().then(settled);
    await vi.advanceTimersByTimeAsync(CHECKPOINT_LIMITS.patienceMs - 1);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toHaveBeenCalledOnce();
    void checkpoints.settled().then(settled);
    await answers('ok');
    expect(settled).toHaveBeenCalledTimes(2);
  });
});

describe('a sentence that begins to be heard', () => {
  it('is kept with the round: its words run ahead of it', async () => {
    const { call, checkpoints, saves } = keptBy();
    checkpoints.begin(call.state);
    const before = call.state;
    const n = before.turns + 1;
    const said = {
      itemId: 'a2',
      n,
      startedAt: 0,
      text: 'We are',
      by: 'model',
      askedAt: null,
      heardAfterMs: null,
    } as const;
    checkpoints.changed(before, { ...before, turns: n, saying: [said] });
    await roundOver();
    expect(saves.map(({ head }) => JSON.parse(head['saying'] ?? '[]'))).toMatchObject([[], [{ text: 'We are' }]]);
  });
});

describe('what changes all the time beside the state', () => {
  it('is kept once in a while, and not where the call was kept meanwhile, or is over', async () => {
    const { call, checkpoints, saves, says } = keptBy();
    checkpoints.begin(call.state);
    for (let n = 0; n < 3; n++) checkpoints.soon();
    await vi.advanceTimersByTimeAsync(CHECKPOINT_LIMITS.soonMs);
    expect(saves).toHaveLength(2);
    checkpoints.soon();
    await says('One.');
    expect(vi.getTimerCount()).toBe(0);
    checkpoints.soon();
    checkpoints.close();
    checkpoints.soon();
    expect(vi.getTimerCount()).toBe(0);
    expect(saves).toHaveLength(3);
  });
});

describe.each(['gone', 'behind'] as const)('a call of which the keeper says "%s"', (lost) => {
  it('is written whole at once, and is settled only then', async () => {
    const { call, checkpoints, saves, says, answers } = keptBy();
    checkpoints.begin(call.state);
    await says('One.');
    await answers('ok', 'ok');
    await says('Two.');
    const settled = vi.fn<() => void>();
    void checkpoints.settled().then(settled);
    await answers(lost);
    const whole = saves.at(-1);
    expect(whole).toMatchObject({ seq: 4, whole: true });
    expect(whole && restored(whole.head, whole.items)).toEqual(call.state);
    expect(settled).not.toHaveBeenCalled();
    await answers('ok');
    expect(settled).toHaveBeenCalledOnce();
    await says('Three.');
    expect(saves.at(-1)).toMatchObject({ seq: 5, whole: false });
  });

  it('is written whole last, however many saves were on their way', async () => {
    const { call, checkpoints, saves, says, answers, unanswered } = keptBy();
    checkpoints.begin(call.state);
    await says('One.');
    await says('Two.');
    await answers(lost, lost, lost);
    while (unanswered() > 0) await answers('ok');
    const whole = saves.findLast((save) => save.whole);
    expect(whole).toBe(saves.at(-1));
    expect(whole?.items).toEqual(call.state.history.map(itemOf));
    expect(saves.map(({ seq }) => seq)).toEqual(saves.map((_, n) => n + 1));
  });
});

describe('a call that could not be kept', () => {
  it('is written whole by the next change', async () => {
    const { call, checkpoints, saves, says, answers } = keptBy();
    checkpoints.begin(call.state);
    await answers('ok');
    await says('One.');
    await answers('nothing');
    await says('Two.');
    const whole = saves.at(-1);
    expect(whole).toMatchObject({ seq: 3, whole: true });
    expect(whole && restored(whole.head, whole.items)).toEqual(call.state);
  });

  it('is written whole again without a change, until it is kept, once a second', async () => {
    const { call, checkpoints, saves, says, answers, results } = keptBy();
    checkpoints.begin(call.state);
    await says('One.');
    await answers('nothing', 'nothing');
    await vi.advanceTimersByTimeAsync(CHECKPOINT_LIMITS.againMs - 1);
    expect(saves).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(saves.at(-1)).toMatchObject({ seq: 3, whole: true, items: call.state.history.map(itemOf) });
    await answers('nothing');
    await vi.advanceTimersByTimeAsync(CHECKPOINT_LIMITS.againMs);
    await answers('ok');
    await vi.advanceTimersByTimeAsync(10 * CHECKPOINT_LIMITS.againMs);
    expect(saves.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(results).toEqual(['failed', 'failed', 'failed', 'ok']);
  });

  it('is behind since the first change that is not kept, until it is', async () => {
    const { call, checkpoints, says, answers } = keptBy();
    checkpoints.begin(call.state);
    await answers('ok');
    expect(checkpoints.behindSince).toBeNull();
    const changedAt = Date.now();
    await says('One.');
    await answers('nothing');
    await says('Two.');
    expect(checkpoints.behindSince).toBe(changedAt);
    await answers('ok');
    expect(checkpoints.behindSince).toBeNull();
  });

  it('holds nobody up: a tool runs without', async () => {
    const { call, checkpoints, answers } = keptBy();
    const settled = vi.fn<() => void>();
    checkpoints.begin(call.state);
    void checkpoints.settled().then(settled);
    await answers('nothing');
    expect(settled).toHaveBeenCalledOnce();
  });
});

describe.each(['stale', 'ended'] as const)('a call that is "%s"', (lost) => {
  it('says so once, and nothing of it is written any more', async () => {
    const { call, checkpoints, saves, endings, says, answers, onStale } = keptBy();
    checkpoints.begin(call.state);
    await says('One.');
    await says('Two.');
    await answers('nothing', lost, lost);
    await says('Three.');
    checkpoints.begin(call.state);
    checkpoints.end('over');
    await vi.advanceTimersByTimeAsync(10 * CHECKPOINT_LIMITS.againMs);
    expect(saves).toHaveLength(3);
    expect(endings).toEqual([]);
    expect(onStale).toHaveBeenCalledOnce();
  });
});

describe('a call that is over', () => {
  it('leaves its ending, once, and no save after it', async () => {
    const { call, checkpoints, saves, endings, says, answers } = keptBy();
    checkpoints.begin(call.state);
    await answers('nothing');
    checkpoints.end('hang up');
    expect(vi.getTimerCount()).toBe(0);
    checkpoints.end('again');
    await says('One.');
    await answers('nothing');
    expect(vi.getTimerCount()).toBe(0);
    expect(saves).toHaveLength(1);
    expect(endings).toEqual(['hang up']);
  });

  it.each(['gone', 'nothing'] as const)('is not begun anew by an answer that comes late: %s', async (late) => {
    const { call, checkpoints, saves, answers } = keptBy();
    checkpoints.begin(call.state);
    checkpoints.close();
    await answers(late);
    expect(vi.getTimerCount()).toBe(0);
    expect(saves).toHaveLength(1);
  });
});
