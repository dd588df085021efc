import { describe, expect, it } from 'vitest';
import { LEDGER_LIMITS } from '../../../actors/phone/ledger.ts';
import { PHONE_LIMITS } from '../../../actors/phone/state.ts';
import { ofKind } from '../../support/step-bench.ts';
import {
  complete,
  confirmed,
  cuts,
  heard,
  interrupt,
  mark,
  newLine,
  openLine,
  speech,
  told,
  toldTypes,
} from './bench.ts';

describe('the playback of a phone leg', () => {
  it('plays nothing before the line is open', () => {
    const line = newLine();
    expect(line.tell(speech('a', 100), complete('a'))).toEqual([]);
    expect(line.state.speeches).toEqual([]);
  });

  it('opens once', () => {
    const line = newLine();
    expect(toldTypes(line.tell({ type: 'line_opened' }))).toEqual(['phone_opened']);
    expect(line.tell({ type: 'line_opened' })).toEqual([]);
  });

  it('marks the first piece and the last, and tells once that an item began', () => {
    const line = openLine();
    expect(line.tell(speech('a', 100, 'AAAA'), speech('a', 60, 'BBBB'), complete('a'))).toEqual([
      { kind: 'play', itemId: 'a', fromMs: 0, ms: 100, payload: 'AAAA' },
      { kind: 'mark', name: 'm1' },
      { kind: 'tell_call', message: { type: 'playback_started', itemId: 'a' } },
      { kind: 'play', itemId: 'a', fromMs: 100, ms: 60, payload: 'BBBB' },
      { kind: 'mark', name: 'm2' },
    ]);
  });

  it('marks what lies between now and then', () => {
    const line = openLine();
    const marks = Array.from({ length: 10 }, () => ofKind(line.tell(speech('a', 200)), 'mark').length);
    expect(marks).toEqual([1, 0, 0, 1, 0, 0, 1, 0, 0, 1]);
    expect(line.tell(complete('a'))).toEqual([]);
    expect(told(line.tell(mark('m2')))).toEqual([]);
    expect(cuts(line.tell(interrupt))).toEqual([['a', 800]]);
  });

  it('proves what had no mark of its own by the mark of the next item', () => {
    const line = openLine();
    line.tell(speech('a', 200), speech('a', 200), speech('b', 200), complete('a'));
    expect(told(line.tell(mark('m2')))).toEqual([{ type: 'playback_finished', ...heard('a', 400, 400, true) }]);
  });

  it('holds an item for heard when its last mark is back and the model has no more of it', () => {
    const line = openLine();
    line.tell(speech('a', 100), speech('a', 100), complete('a'));
    expect(told(line.tell(mark('m1')))).toEqual([]);
    expect(told(line.tell(mark('m2')))).toEqual([{ type: 'playback_finished', ...heard('a', 200, 200, true) }]);
    expect(line.state.deadlines).toEqual({});
  });

  it('waits for the rest of an item whose marks are all back', () => {
    const line = openLine();
    line.tell(speech('a', 100));
    expect(told(line.tell(mark('m1')))).toEqual([]);
    expect(told(line.tell(complete('a')))).toEqual([{ type: 'playback_finished', ...heard('a', 100, 100, true) }]);
  });

  it('tells once an item when a mark proves that it is heard; the clock proves nothing', () => {
    const line = openLine();
    line.tell(speech('a', 100), speech('a', 100), complete('a'), speech('b', 100), complete('b'));
    expect([confirmed(line.tell(mark('m1'))), confirmed(line.tell(mark('m2')))]).toEqual([['a'], []]);
    expect(confirmed(line.wait(60_000))).toEqual([]);
  });

  it('takes a mark for everything before it, over items', () => {
    const line = openLine();
    line.tell(speech('a', 100), complete('a'), speech('b', 100), complete('b'), speech('c', 100), complete('c'));
    expect(told(line.tell(mark('m2'))).map((message) => 'itemId' in message && message.itemId)).toEqual(['a', 'b']);
    expect(line.tell(mark('m1'), mark('m2'), mark('m99'), mark(''))).toEqual([]);
    expect(toldTypes(line.tell(mark('m3')))).toEqual(['playback_finished']);
  });

  it('goes by the clock where marks are lost: all of it, one grace time after the last sample', () => {
    const line = openLine();
    line.tell(speech('a', 400), complete('a'), speech('b', 600), complete('b'));
    expect(line.wait(1_000 + PHONE_LIMITS.lostMarkGraceMs - 1)).toEqual([]);
    expect(told(line.wait(1))).toEqual([
      { type: 'playback_finished', ...heard('a', 400, 400, true) },
      { type: 'playback_finished', ...heard('b', 600, 600, true) },
    ]);
    expect(line.state).toMatchObject({ pieces: [], speeches: [], deadlines: {} });
  });

  it('moves the grace time on with every piece', () => {
    const line = openLine();
    line.tell(speech('a', 1_000));
    line.wait(900 + PHONE_LIMITS.lostMarkGraceMs);
    line.tell(speech('a', 1_000), complete('a'));
    expect(line.wait(1_000 + PHONE_LIMITS.lostMarkGraceMs - 1)).toEqual([]);
    expect(toldTypes(line.wait(1))).toEqual(['playback_finished']);
  });

  it('does not end an item by the clock that the model has not ended', () => {
    const line = openLine();
    line.tell(speech('a', 100));
    expect(line.wait(60_000)).toEqual([]);
    expect(toldTypes(line.tell(complete('a')))).toEqual(['playback_finished']);
  });

  it('passes digits on', () => {
    expect(told(openLine().tell({ type: 'digit', digit: '#' }))).toEqual([{ type: 'digit', digit: '#' }]);
  });

  it('keeps its ledger small however long an item gets, and loses no position by that', () => {
    const line = openLine();
    const pieces = LEDGER_LIMITS.pieces * 4;
    for (let sent = 0; sent < pieces; sent++) line.tell(speech('a', LEDGER_LIMITS.markEachMs));
    const sentMs = pieces * LEDGER_LIMITS.markEachMs;
    expect(line.state.pieces.length).toBe(LEDGER_LIMITS.pieces);
    line.wait(sentMs - 250);
    expect(told(line.tell(interrupt))).toEqual([
      { type: 'playback_cut', items: [heard('a', sentMs - 250, sentMs, false)] },
    ]);
  });

  it('proves the end of a long item by its last mark', () => {
    const line = openLine();
    const pieces = LEDGER_LIMITS.pieces * 2;
    for (let sent = 0; sent < pieces; sent++) line.tell(speech('a', LEDGER_LIMITS.markEachMs));
    line.tell(complete('a'));
    expect(told(line.tell(mark(`m${pieces - 1}`)))).toEqual([]);
    expect(toldTypes(line.tell(mark(`m${pieces}`)))).toEqual(['playback_finished']);
  });

  it('keeps the true time of a piece that joins another after a pause', () => {
    const line = openLine();
    for (let sent = 0; sent < LEDGER_LIMITS.pieces; sent++) line.tell(speech('a', LEDGER_LIMITS.markEachMs));
    const spoken = LEDGER_LIMITS.pieces * LEDGER_LIMITS.markEachMs;
    line.wait(spoken + 500);
    line.tell(speech('a', 100));
    line.wait(40);
    expect(told(line.tell(interrupt))).toEqual([
      { type: 'playback_cut', items: [heard('a', spoken + 40, spoken + 100, false)] },
    ]);
  });

  it('takes no more items than a model can be ahead, and nothing of those it did not take', () => {
    const line = openLine();
    for (let item = 0; item < LEDGER_LIMITS.speeches; item++) line.tell(speech(`i${item}`, 20));
    expect(line.tell(speech('late', 20))).toEqual([]);
    line.tell(mark(`m${LEDGER_LIMITS.speeches}`), complete('i0'));
    expect(line.tell(speech('late', 20))).toEqual([]);
    expect(toldTypes(line.tell(speech('next', 20)))).toEqual(['playback_started']);
  });
});
