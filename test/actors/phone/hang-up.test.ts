import { describe, expect, it } from 'vitest';
import { PHONE_LIMITS } from '../../../actors/phone/state.ts';
import { complete, cuts, hangUp, interrupt, mark, newLine, openLine, speech, stay, told, toldTypes } from './bench.ts';

const CLOSED = { mode: 'closed', pieces: [], speeches: [], deadlines: {} };

describe('hanging up', () => {
  it('waits until the last sentence was heard', () => {
    const line = openLine();
    line.tell(speech('a', 300), complete('a'));
    expect(line.tell(hangUp(true))).toEqual([]);
    expect(line.tell(mark('m1')).map((effect) => effect.kind)).toEqual([
      'tell_call',
      'tell_call',
      'close',
      'tell_call',
    ]);
    expect(line.state).toMatchObject(CLOSED);
  });

  it('tells that the sentence was heard before it tells that the line is closed', () => {
    const line = openLine();
    line.tell(speech('a', 300), complete('a'), hangUp(true));
    expect(toldTypes(line.tell(mark('m1')))).toEqual(['playback_finished', 'phone_closed']);
  });

  it('waits for all that is queued, also for what comes meanwhile', () => {
    const line = openLine();
    line.tell(speech('a', 300), complete('a'), hangUp(true), speech('b', 300));
    expect(toldTypes(line.tell(mark('m1')))).toEqual(['playback_finished']);
    expect(toldTypes(line.tell(mark('m2'), complete('b')))).toEqual(['playback_finished', 'phone_closed']);
  });

  it('does not wait for marks for ever', () => {
    const line = openLine();
    line.tell(speech('a', 300), complete('a'), hangUp(true));
    expect(toldTypes(line.wait(300 + PHONE_LIMITS.lostMarkGraceMs))).toEqual(['playback_finished', 'phone_closed']);
  });

  it('is done at once where there is nothing to be heard', () => {
    expect(told(openLine().tell(hangUp(true)))).toEqual([{ type: 'phone_closed', reason: 'hung_up' }]);
  });

  it('cuts the sentence where it cannot wait, as far as it was heard', () => {
    const line = openLine();
    line.tell(speech('a', 300), complete('a'));
    line.wait(120);
    const effects = line.tell(hangUp(false));
    expect(effects[0]).toEqual({ kind: 'close' });
    expect(toldTypes(effects)).toEqual(['playback_cut', 'phone_closed']);
    expect(cuts(effects)).toEqual([['a', 120]]);
  });

  it('does not wait any more where it is told a second time not to', () => {
    const line = openLine();
    line.tell(speech('a', 300), hangUp(true));
    expect(toldTypes(line.tell(hangUp(false)))).toEqual(['playback_cut', 'phone_closed']);
  });

  it('is taken back by stay, and the line goes on', () => {
    const line = openLine();
    line.tell(speech('a', 300), complete('a'), hangUp(true));
    expect(line.tell(stay, interrupt).map((effect) => effect.kind)).toEqual(['clear', 'tell_call']);
    expect(line.state.mode).toBe('open');
    expect(toldTypes(line.tell(speech('b', 100), complete('b'), mark('m2')))).toEqual([
      'playback_started',
      'playback_finished',
    ]);
  });

  it('is not undone by a line that says again that it is open', () => {
    const line = openLine();
    line.tell(speech('a', 300), complete('a'), hangUp(true));
    expect(line.tell({ type: 'line_opened' })).toEqual([]);
    expect(line.state.mode).toBe('farewell');
  });

  it('knows nothing to stay for on an open line', () => {
    const line = openLine();
    expect(line.tell(stay)).toEqual([]);
    expect(line.state.mode).toBe('open');
  });

  it('closes a line that never opened', () => {
    const line = newLine();
    expect(line.tell(hangUp(true)).map((effect) => effect.kind)).toEqual(['close', 'tell_call']);
  });
});

describe('a line that ends at the far end', () => {
  const before = {
    'before it opened': newLine,
    'in silence': openLine,
    'in the middle of a sentence': () => {
      const line = openLine();
      line.tell(speech('a', 300), speech('a', 300));
      line.wait(350);
      return line;
    },
    'during the farewell': () => {
      const line = openLine();
      line.tell(speech('a', 600), complete('a'), hangUp(true));
      line.wait(350);
      return line;
    },
  };

  it.each(Object.entries(before))('is told once, with nothing left behind: %s', (_name, given) => {
    for (const reason of ['stop', 'broken'] as const) {
      const line = given();
      const effects = line.tell({ type: 'line_closed', reason });
      expect(effects.some((effect) => effect.kind === 'close')).toBe(false);
      expect(told(effects).at(-1)).toEqual({ type: 'phone_closed', reason });
      expect(cuts(effects).every(([, ms]) => ms === 350)).toBe(true);
      expect(line.state).toMatchObject(CLOSED);
      expect(line.tell({ type: 'line_closed', reason }, hangUp(false), speech('z', 20), interrupt, mark('m1'))).toEqual(
        [],
      );
    }
  });
});
