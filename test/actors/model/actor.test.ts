import { describe, expect, it } from 'vitest';
import type { FromModel } from '../../../actors/call/messages.ts';
import { SimulatedClock } from '../../../actors/kernel/simulated-clock.ts';
import { ModelActor } from '../../../actors/model/actor.ts';
import type { ModelCommand, ModelReport } from '../../../actors/model/messages.ts';
import type { PhoneMessage } from '../../../actors/phone/messages.ts';

const BRIEF = { instructions: 'Be kind.', voice: 'marin', language: 'en-US', tools: [] };

function model() {
  const sent: ModelCommand[] = [];
  const told: FromModel[] = [];
  const played: PhoneMessage[] = [];
  const heard: string[] = [];
  const connects: number[] = [];
  const errors: string[] = [];
  const crashes: unknown[] = [];
  const clock = new SimulatedClock(1_000);
  let closes = 0;
  const reporters: ((report: ModelReport) => void)[] = [];
  const actor = new ModelActor(BRIEF, {
    connect: (_brief, back) => {
      reporters.push(back);
      return {
        send: (command) => sent.push(command),
        audio: (payload) => heard.push(payload),
        close: () => {
          closes++;
        },
      };
    },
    tellCall: (message) => told.push(message),
    tellPhone: (message) => played.push(message),
    onConnected: (ms) => connects.push(ms),
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
    report: (each: ModelReport) => reporters[0]?.(each),
    closes: () => closes,
  };
}

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
    actor.audio('a');
    report({ type: 'session_ready' });
    actor.audio('b');
    expect(heard).toEqual(['a', 'b']);
  });

  it('takes its line down where the connection never comes, and holds no alarm after', () => {
    const { clock, closes, errors, told } = model();
    clock.advance(60_000);
    expect([told, errors]).toEqual([[{ type: 'model_lost', kind: 'timeout', retrying: false }], ['timeout connect']]);
    expect([closes(), clock.pending]).toEqual([1, 0]);
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
