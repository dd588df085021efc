import { describe, expect, it } from 'vitest';
import type { FromModel } from '../../../actors/call/messages.ts';
import { SimulatedClock } from '../../../actors/kernel/simulated-clock.ts';
import { ModelActor } from '../../../actors/model/actor.ts';
import type { ModelCommand, ModelReport } from '../../../actors/model/messages.ts';
import type { PhoneMessage } from '../../../actors/phone/messages.ts';

const LOST: ModelReport = { type: 'lost', kind: 'closed', code: 'close_1006' };
const BRIEF = {
  instructions: 'Be kind.',
  voice: 'marin',
  languages: ['en-US'],
  format: 'audio/pcmu' as const,
  tools: [],
};

function model() {
  const sent: ModelCommand[] = [];
  const told: FromModel[] = [];
  const played: PhoneMessage[] = [];
  const heard: string[] = [];
  const connects: number[] = [];
  const errors: string[] = [];
  const crashes: unknown[] = [];
  const clock = new SimulatedClock(1_000);
  const closed = new Set<number>();
  const reporters: ((report: ModelReport) => void)[] = [];
  const actor = new ModelActor(BRIEF, {
    connect: (_brief, back) => {
      const nth = reporters.push(back) - 1;
      return {
        send: (command) => sent.push(command),
        audio: (payload) => heard.push(Buffer.from(payload, 'base64').toString()),
        close: () => void closed.add(nth),
      };
    },
    tellCall: (message) => told.push(message),
    tellPhone: (message) => played.push(message),
    onConnected: (ms) => connects.push(ms),
    onReconnected: () => {},
    onLimitNear: () => {},
    continued: false,
    onTranscribed: () => undefined,
    luck: 0.5,
    onUsage: () => {},
    onError: (kind, code) => errors.push(`${kind} ${code}`),
    clock,
    onCrash: (error) => crashes.push(error),
  });
  return {
    actor,
    clock,
    sent,
    told,
    played,
    heard,
    connects,
    errors,
    crashes,
    /** A report of the nth line that was opened, from 0. */
    report: (each: ModelReport, nth = 0) => reporters[nth]?.(each),
    lines: () => reporters.length,
    closes: () => closed.size,
  };
}

/** What stands for so much of a voice. */
const voice = (text: string): string => Buffer.from(text).toString('base64');

describe('the model actor', () => {
  it('connects at once and tells how long it took', () => {
    const { actor, clock, connects, report, sent } = model();
    actor.tell({ type: 'say', sentence: 'Hello.' });
    clock.advance(120);
    report({ type: 'session_ready' });
    expect([connects, sent]).toEqual([[120], [{ type: 'create_response', sentence: 'Hello.' }]]);
  });

  it('passes caller audio on in the same tick, before and after the session is ready', () => {
    const { actor, heard, report } = model();
    actor.audio(voice('a'));
    report({ type: 'session_ready' });
    actor.audio(voice('b'));
    expect(heard).toEqual(['a', 'b']);
  });

  it('takes its lines down where no connection ever comes, and holds no alarm after', () => {
    const { clock, closes, errors, lines, told } = model();
    clock.advance(60_000);
    expect(told).toEqual([{ type: 'model_lost', kind: 'timeout', retrying: false }]);
    expect(errors).toEqual(['timeout connect', 'timeout away']);
    expect([closes(), lines(), clock.pending]).toEqual([2, 2, 0]);
  });

  it('gives the next session the caller’s turn that the lost one had not put in words, behind what it must know', () => {
    const { actor, clock, heard, report, sent, told } = model();
    report({ type: 'session_ready' });
    for (let n = 1; n <= 40; n++) actor.audio(voice(`quiet ${n}`));
    actor.audio(voice('I'));
    report({ type: 'caller_speech_started', itemId: 'u' });
    actor.audio(voice('would'));
    report(LOST);
    actor.audio(voice('like'));
    heard.length = 0;
    clock.advance(0);
    report({ type: 'session_ready' }, 1);
    expect(told.at(-1)).toEqual({ type: 'model_ready', first: false, missed: false });
    expect(heard).toEqual([]);
    actor.tell({ type: 'restore', history: [{ kind: 'caller', text: 'Hello.' }] });
    expect(sent.at(-1)).toEqual({ type: 'caller_text', text: 'Hello.' });
    actor.audio(voice('Botox'));
    // What was kept comes in one piece: a second of it is fifty messages otherwise.
    expect(heard).toEqual([expect.stringMatching(/^(?:quiet \d+){14}Iwouldlike$/), 'Botox']);
  });

  it('knows the first turns of a caller who says again what a session on another node had heard', () => {
    const { actor, report, told } = model();
    actor.hearsAgain(1, false);
    report({ type: 'session_ready' });
    for (const itemId of ['u1', 'u2']) {
      report({ type: 'caller_speech_started', itemId });
      report({ type: 'caller_turn_committed', itemId });
    }
    expect(told.flatMap((each) => ('again' in each ? [each.again] : []))).toEqual([true, true, false, false]);
  });

  it('hears nothing of a line that is not its own any more', () => {
    const { report, told, lines } = model();
    report({ type: 'session_ready' });
    report(LOST);
    const before = told.length;
    report({ type: 'caller_words', itemId: 'u', text: 'Hello' });
    report(LOST);
    expect([told.length, lines()]).toEqual([before, 2]);
  });

  it('hears nothing more after it was stopped', () => {
    const { actor, clock, closes, report, sent, told } = model();
    report({ type: 'session_ready' });
    actor.stop();
    report({ type: 'lost', kind: 'closed', code: 'close_1000' });
    actor.tell({ type: 'respond' });
    expect([sent, told, closes(), clock.pending]).toEqual([[], [{ type: 'model_ready', first: true }], 1, 0]);
  });
});
