import { describe, expect, it } from 'vitest';
import { complete, cuts, heard, interrupt, mark, openLine, speech, told, toldTypes } from './bench.ts';

describe('a caller who speaks over Ava', () => {
  it('clears the line, and what they heard is told by the clock within the piece', () => {
    const line = openLine();
    line.tell(speech('a', 400), speech('a', 400), complete('a'));
    line.wait(550);
    expect(line.tell(interrupt)).toEqual([
      { kind: 'clear' },
      { kind: 'tell_call', message: { type: 'playback_cut', items: [heard('a', 550, 800, true)] } },
    ]);
    expect(line.state).toMatchObject({ pieces: [], speeches: [], deadlines: {} });
  });

  it('heard at least what marks prove', () => {
    const line = openLine();
    line.tell(speech('a', 400), speech('a', 400));
    line.wait(100);
    line.tell(mark('m1'));
    expect(cuts(line.tell(interrupt))).toEqual([['a', 400]]);
  });

  it('heard by the clock where marks are late', () => {
    const line = openLine();
    line.tell(speech('a', 400), speech('a', 400), speech('a', 400));
    line.wait(900);
    expect(cuts(line.tell(interrupt))).toEqual([['a', 900]]);
  });

  it('is told apart from what is still to come of an item: all that was sent is heard, and it is not complete', () => {
    const line = openLine();
    line.tell(speech('a', 400), mark('m1'));
    expect(told(line.tell(interrupt))).toEqual([{ type: 'playback_cut', items: [heard('a', 400, 400, false)] }]);
  });

  it('heard the first of two items and part of the second', () => {
    const line = openLine();
    line.tell(speech('a', 300), complete('a'), speech('b', 500), complete('b'));
    line.wait(450);
    expect(cuts(line.tell(interrupt))).toEqual([
      ['a', 300],
      ['b', 150],
    ]);
  });

  it('heard part of the first of two items and nothing of the second', () => {
    const line = openLine();
    line.tell(speech('a', 300), complete('a'), speech('b', 500));
    line.wait(120);
    expect(cuts(line.tell(interrupt))).toEqual([
      ['a', 120],
      ['b', 0],
    ]);
  });

  it('cuts only the second where the first was finished before', () => {
    const line = openLine();
    line.tell(speech('a', 300), complete('a'), speech('b', 500));
    line.wait(310);
    expect(toldTypes(line.tell(mark('m1')))).toEqual(['playback_finished']);
    line.wait(90);
    expect(cuts(line.tell(interrupt))).toEqual([['b', 100]]);
  });

  it('hears the second item after the silence that fills the last frame of the first', () => {
    const line = openLine();
    line.tell(speech('a', 105), complete('a'), speech('b', 200));
    line.wait(150);
    expect(cuts(line.tell(interrupt))).toEqual([
      ['a', 105],
      ['b', 30],
    ]);
  });

  it('never heard more than was sent, nor a fraction of a millisecond', () => {
    const line = openLine();
    line.tell(speech('a', 100.625));
    line.wait(33.7);
    expect(cuts(line.tell(interrupt))).toEqual([['a', 33]]);
    line.tell(speech('b', 100.625));
    line.wait(2_000);
    expect(cuts(line.tell(interrupt))).toEqual([['b', 100]]);
  });

  it('finds nothing to cut in silence', () => {
    const line = openLine();
    expect(line.tell(interrupt)).toEqual([]);
    line.tell(speech('a', 100), complete('a'), mark('m1'));
    expect(line.tell(interrupt, interrupt)).toEqual([]);
  });

  it('is not told of marks that a clear sent back: they prove nothing', () => {
    const line = openLine();
    line.tell(speech('a', 600), speech('a', 600));
    line.wait(10);
    line.tell(interrupt);
    expect(line.tell(mark('m1'), mark('m2'))).toEqual([]);
    line.tell(speech('b', 200));
    expect(line.tell(mark('m1'), mark('m2'))).toEqual([]);
    expect(cuts(line.tell(interrupt))).toEqual([['b', 0]]);
  });

  it('hears no more of a cut item, whatever still comes of it', () => {
    const line = openLine();
    line.tell(speech('a', 400), speech('b', 100));
    line.tell(interrupt);
    expect(line.tell(speech('a', 400), complete('a'), speech('b', 100), complete('b'))).toEqual([]);
    expect(toldTypes(line.tell(speech('c', 100)))).toEqual(['playback_started']);
  });

  it('is counted from the moment the new item is sent, not from the old one’s end', () => {
    const line = openLine();
    line.tell(speech('a', 5_000));
    line.wait(100);
    line.tell(interrupt, speech('b', 300));
    line.wait(200);
    expect(cuts(line.tell(interrupt))).toEqual([['b', 200]]);
  });
});
