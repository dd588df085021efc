import { describe, expect, it } from 'vitest';
import { ROTATION_WAITS } from '../../../actors/model/rotation.ts';
import { MODEL_LIMITS, ROTATION } from '../../../actors/model/state.ts';
import { ofKind } from '../../support/step-bench.ts';
import { audio, ended, lost, type ModelBench, ready, readyModel, respond, sent, started, toldTypes } from './bench.ts';

const warm = { type: 'standby_ready' } as const;
const takeOver = { type: 'take_over', history: [{ kind: 'caller', text: 'Hello' }] } as const;

/** A leg whose session has reached the age at which another one is opened. */
function aged(): ModelBench {
  const model = readyModel();
  expect(model.wait(ROTATION.dueMs - 1)).toEqual([]);
  expect(model.wait(1)).toEqual([{ kind: 'warm' }]);
  return model;
}

describe('a session that grows old', () => {
  it('is followed by the one that stands by when the call says so, which knows all and hears at once', () => {
    const model = aged();
    expect(toldTypes(model.tell(warm))).toEqual(['model_stands_by']);
    expect(model.tell(takeOver)).toEqual([
      { kind: 'promote' },
      { kind: 'send', command: { type: 'caller_text', text: 'Hello' } },
      { kind: 'let_hear' },
      { kind: 'reconnected', result: 'rotated', tookMs: 0 },
    ]);
    expect(model.wait(ROTATION.dueMs - 1)).toEqual([]);
    expect(model.wait(1)).toEqual([{ kind: 'warm' }]);
  });

  it('is not followed while a response is active, and the call is told again at its end', () => {
    const model = aged();
    model.tell(warm, respond);
    expect(model.tell(takeOver)).toEqual([]);
    expect(toldTypes(model.tell(started(), ended()))).toContain('model_stands_by');
    expect(ofKind(model.tell(takeOver), 'promote')).toHaveLength(1);
  });

  it('is followed at the latest moment whatever is under way, as if it were lost', () => {
    const model = aged();
    model.tell(warm);
    model.wait(ROTATION.latestMs - ROTATION.dueMs - 1_000);
    model.tell(respond, started(), audio('a'));
    const effects = model.wait(1_000);
    expect(effects.map(({ kind }) => kind)).toEqual(['promote', 'tell_call', 'tell_phone', 'reconnected', 'tell_call']);
    expect(toldTypes(effects)).toEqual(['model_lost', 'model_ready']);
    expect(model.state).toMatchObject({ mode: 'ready', untold: true, standby: 'none', active: false });
  });

  it('waits for one that stands by where none does at the latest moment', () => {
    const model = aged();
    model.tell({ type: 'standby_lost', code: 'close_1011' });
    const rounds = Math.floor((ROTATION.latestMs - ROTATION.dueMs) / ROTATION_WAITS.warmAgainMs);
    for (let n = 0; n < rounds; n++) {
      model.wait(ROTATION_WAITS.warmAgainMs);
      model.tell({ type: 'standby_lost', code: 'close_1011' });
    }
    expect(model.state.mode).toBe('ready');
  });

  it('tries again to have one that stands by, also where it never gets ready', () => {
    const model = aged();
    expect(ofKind(model.wait(MODEL_LIMITS.connectMs), 'dismiss_standby')).toHaveLength(1);
    expect(model.wait(ROTATION_WAITS.warmAgainMs)).toEqual([{ kind: 'warm' }]);
  });

  it('is followed by the one that stands by where it is lost meanwhile', () => {
    const model = aged();
    model.tell(warm);
    const effects = model.tell(lost);
    expect(ofKind(effects, 'promote')).toHaveLength(1);
    expect(ofKind(effects, 'connect')).toEqual([]);
    expect(toldTypes(effects)).toEqual(['model_lost', 'model_ready']);
  });

  it('is followed by one that was only being opened, once that is ready', () => {
    const model = aged();
    expect(ofKind(model.tell(lost), 'promote')).toHaveLength(1);
    expect(toldTypes(model.tell(ready))).toEqual(['model_ready']);
    expect(sent(model.tell({ type: 'restore', history: [] }))).toEqual([]);
  });
});
