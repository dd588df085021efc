import { describe, expect, it } from 'vitest';
import { Missed } from '../../src/browser/missed.ts';
import type { ServerMessage } from '../../src/browser/wire.ts';

const said = (text: string, final = true): ServerMessage => ({
  type: 'transcript',
  role: 'assistant',
  text,
  final,
  item_id: text,
});
const tool: ServerMessage = { type: 'tool', name: 'check_availability', status: 'started' };

function at() {
  let now = 0;
  const missed = new Missed(() => now);
  return {
    missed,
    later: (ms: number): void => {
      now += ms;
    },
  };
}

describe('what a browser missed', () => {
  it('is what was said, done and decided, in order, and nothing of what passes', () => {
    const { missed } = at();
    const kept = [said('Hello.'), tool, { type: 'ended', outcome: 'browsing' } as const];
    const passing: readonly ServerMessage[] = [
      said('Hel', false),
      { type: 'audio', data: '', item_id: 'a', offset_ms: 0 },
      { type: 'ack', seq: 1 },
      { type: 'error', code: 'bad_message', message: '' },
    ];
    for (const message of [...passing, ...kept]) missed.tells(message, false);
    expect(missed.messages).toEqual(kept);
  });

  it('is not what had arrived when it was heard from, but what may have been under way then', () => {
    const { missed, later } = at();
    missed.tells(said('arrived'), true);
    later(5_000);
    missed.tells(said('under way'), true);
    later(100);
    missed.heardFrom();
    later(60_000);
    missed.tells(said('into a dead socket'), true);
    expect(missed.messages).toEqual([said('under way'), said('into a dead socket')]);
  });

  it('is told again until it is heard from', () => {
    const { missed, later } = at();
    missed.tells(tool, false);
    later(60_000);
    expect([missed.messages, missed.messages]).toEqual([[tool], [tool]]);
    missed.heardFrom();
    expect(missed.messages).toEqual([]);
  });

  it('holds that the line was cleared only where it was away', () => {
    const { missed } = at();
    missed.tells({ type: 'clear' }, true);
    expect(missed.messages).toEqual([]);
    missed.tells({ type: 'clear' }, false);
    expect(missed.messages).toEqual([{ type: 'clear' }]);
  });

  it('is bounded: the oldest is forgotten', () => {
    const { missed } = at();
    for (let n = 0; n < 101; n++) missed.tells(said(String(n)), false);
    expect(missed.messages).toHaveLength(100);
    expect(missed.messages[0]).toEqual(said('1'));
  });
});
