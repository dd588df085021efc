import { describe, expect, it } from 'vitest';
import { OwnTurns } from '../../src/browser/own-turns.ts';

function turnsAfter(...steps: (number | 'turned' | 'refused')[]): OwnTurns {
  const turns = new OwnTurns();
  for (const step of steps) {
    if (typeof step === 'number') turns.spoke(step);
    else turns[step]();
  }
  return turns;
}

describe('a turn that a caller ends by hand', () => {
  it('is one from a tenth of a second of speech on', () => {
    expect(turnsAfter(60, 40).commit()).toBe('turn');
    expect(turnsAfter(60, 39).commit()).toBe('nothing');
  });

  it('has nothing in it right after another one, before the service made that a turn and afterwards', () => {
    const turns = turnsAfter(200);
    expect([turns.commit(), turns.commit()]).toEqual(['turn', 'nothing']);
    turns.turned();
    expect(turns.commit()).toBe('nothing');
  });

  it('was taken before where voice activity made a turn of it, once', () => {
    const turns = turnsAfter(200, 'turned', 40);
    expect([turns.commit(), turns.commit()]).toEqual(['taken', 'nothing']);
    expect(turnsAfter(200, 'turned', 200).commit()).toBe('turn');
  });

  it('is one of its own though others of the same burst are under way', () => {
    const turns = turnsAfter(200);
    expect(turns.commit()).toBe('turn');
    turns.spoke(200);
    expect(turns.commit()).toBe('turn');
    turns.spoke(200);
    turns.turned();
    turns.turned();
    expect(turns.commit()).toBe('turn');
  });

  it('that the service refused is waited for no more', () => {
    const turns = turnsAfter(200);
    turns.commit();
    turns.refused();
    turns.spoke(200);
    turns.turned();
    expect(turns.commit()).toBe('taken');
  });
});
