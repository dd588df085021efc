import { describe, expect, it } from 'vitest';
import { LEDGER_LIMITS } from '../../../actors/phone/ledger.ts';
import type { PhoneEffect } from '../../../actors/phone/state.ts';
import { ofKind } from '../../support/step-bench.ts';
import {
  complete,
  cuts,
  hangUp,
  heard,
  interrupt,
  mark,
  openLine,
  pause,
  resume,
  speech,
  told,
  toldTypes,
} from './bench.ts';

/** Item, from where and how long, of what is played again. */
function replays(effects: readonly PhoneEffect[]): [string, number, number][] {
  return ofKind(effects, 'replay').map(({ itemId, fromMs, ms }) => [itemId, fromMs, ms]);
}

describe('a pause', () => {
  it('clears the line and tells how far the caller heard', () => {
    const line = openLine();
    line.tell(speech('a', 400), speech('a', 400), complete('a'));
    line.wait(550);
    expect(line.tell(pause)).toEqual([
      { kind: 'clear' },
      { kind: 'tell_call', message: { type: 'playback_paused', items: [heard('a', 550, 800, true)] } },
    ]);
  });

  it('that ends plays on from the frame in which it stopped, under new marks', () => {
    const line = openLine();
    line.tell(speech('a', 400), speech('a', 400), complete('a'));
    line.wait(550);
    line.tell(pause);
    line.wait(700);
    const effects = line.tell(resume);
    expect(replays(effects)).toEqual([['a', 540, 260]]);
    expect(line.tell(mark('m1'), mark('m2'))).toEqual([]);
    line.wait(260);
    expect(told(line.tell(mark('m3')))).toEqual([{ type: 'playback_finished', ...heard('a', 800, 800, true) }]);
  });

  it('goes by what the far end says it played, where it says so, and by no clock', () => {
    const line = openLine();
    line.tell(speech('a', 400), speech('a', 400), complete('a'), speech('b', 200));
    line.wait(900);
    line.tell(mark('m1'), { type: 'pause', played: { itemId: 'a', ms: 500 } });
    expect(replays(line.tell(resume))).toEqual([
      ['a', 500, 300],
      ['b', 0, 200],
    ]);
  });

  it('believes no far end that says it played what it was not sent, or less than it proved', () => {
    for (const [ms, from] of [
      [100, 400],
      [9_999, 800],
    ] as const) {
      const line = openLine();
      line.tell(speech('a', 400), speech('a', 400), mark('m1'), { type: 'pause', played: { itemId: 'a', ms } });
      expect(replays(line.tell(resume))).toEqual(from === 800 ? [] : [['a', from, 400]]);
    }
  });

  it('that ends twice plays nothing twice', () => {
    const line = openLine();
    line.tell(speech('a', 400));
    line.tell(pause, pause, resume);
    expect(line.tell(resume)).toEqual([]);
  });

  it('keeps what comes meanwhile, of this item and the next, and plays it in its turn', () => {
    const line = openLine();
    line.tell(speech('a', 200));
    line.wait(100);
    line.tell(pause);
    const meanwhile = line.tell(speech('a', 200), complete('a'), speech('b', 300), complete('b'));
    expect(meanwhile.map((effect) => effect.kind)).toEqual(['keep', 'keep']);
    const effects = line.tell(resume);
    expect(replays(effects)).toEqual([
      ['a', 100, 300],
      ['b', 0, 300],
    ]);
    expect(told(effects)).toEqual([{ type: 'playback_started', itemId: 'b' }]);
  });

  it('of a long sentence is played on in pieces that are marked one by one', () => {
    const line = openLine();
    line.tell(speech('a', 2_500), pause);
    expect(replays(line.tell(resume))).toEqual([
      ['a', 0, LEDGER_LIMITS.replayMs],
      ['a', 1_000, LEDGER_LIMITS.replayMs],
      ['a', 2_000, 500],
    ]);
  });

  it('may come again: what was heard adds up', () => {
    const line = openLine();
    line.tell(speech('a', 1_000), complete('a'));
    line.wait(300);
    line.tell(pause, resume);
    line.wait(200);
    line.tell(pause);
    expect(cuts(line.tell(interrupt))).toEqual([['a', 500]]);
  });

  it('that turns out to be an interruption cuts where it stopped, and clears no second time', () => {
    const line = openLine();
    line.tell(speech('a', 400), complete('a'), speech('b', 400));
    line.wait(150);
    line.tell(pause);
    line.wait(2_000);
    expect(line.tell(interrupt)).toEqual([
      {
        kind: 'tell_call',
        message: { type: 'playback_cut', items: [heard('a', 150, 400, true), heard('b', 0, 400, false)] },
      },
    ]);
    expect(toldTypes(line.tell(speech('c', 100)))).toEqual(['playback_started']);
  });

  it('in silence clears nothing, and holds back what comes', () => {
    const line = openLine();
    expect(line.tell(pause)).toEqual([]);
    expect(line.tell(speech('a', 100)).map((effect) => effect.kind)).toEqual(['keep']);
    expect(toldTypes(line.tell(resume))).toEqual(['playback_started']);
  });

  it('after the last sample finds the item heard', () => {
    const line = openLine();
    line.tell(speech('a', 400), complete('a'));
    line.wait(410);
    expect(toldTypes(line.tell(pause))).toEqual(['playback_finished', 'playback_paused']);
    expect(line.tell(resume)).toEqual([]);
  });

  it('plays nothing again of an item that was heard to a fraction of a millisecond', () => {
    const line = openLine();
    line.tell(speech('a', 102.5), complete('a'), speech('b', 400));
    line.wait(200);
    expect(toldTypes(line.tell(pause))).toEqual(['playback_finished', 'playback_paused']);
    expect(replays(line.tell(resume))).toEqual([['b', 80, 320]]);
  });

  it('keeps the line open that was to end after the sentence, and ends it when the rest was heard', () => {
    const line = openLine();
    line.tell(speech('a', 400), complete('a'), hangUp(true));
    line.wait(100);
    line.tell(pause);
    expect(line.wait(60_000)).toEqual([]);
    line.tell(resume);
    line.wait(300);
    expect(toldTypes(line.tell(mark('m2')))).toEqual(['playback_finished', 'phone_closed']);
  });

  it('keeps no more audio than a few minutes of it', () => {
    const line = openLine();
    line.tell(pause);
    for (let n = 0; n < 400; n++) line.tell(speech('a', 1_000));
    expect(line.state.speeches[0]?.sentMs).toBe(LEDGER_LIMITS.unheardMs);
  });
});
