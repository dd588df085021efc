import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CallState } from '../../actors/call/state.ts';
import { headOf, itemOf, restored } from '../../src/bin/call-snapshot.ts';
import { callerSpeaks, greeted, says, slots, toolAnswered, toolRequested, words } from '../actors/call/bench.ts';

function talkedOf(): CallState {
  const call = greeted();
  callerSpeaks(call, 'u1');
  call.tell(words('u1', 'Botox tomorrow at nine, please.'), { type: 'response_started' }, toolRequested('call_1'));
  const [exact, ...others] = slots(3);
  call.tell(
    toolAnswered('call_1', [{ type: 'offered', slots: exact ? [exact, ...others] : [], exact: exact ?? null }]),
  );
  says(call, 'a1', 'I have nine o’clock. Your name?');
  call.tell({ type: 'caller_speech_started' }, toolRequested('call_2'));
  return call.state;
}

const parts = (state: CallState): [string, string[]] => [headOf(state), state.history.map(itemOf)];

describe('a call as it is kept', () => {
  it('is restored as it was', () => {
    const state = talkedOf();
    expect(restored(...parts(state))).toEqual(state);
  });

  it('has its memory in order, whatever order its items were added in', () => {
    const state = talkedOf();
    const [head, items] = parts(state);
    expect(restored(head, items.toReversed()).history.map(({ at }) => at)).toEqual(
      state.history.map(({ at }) => at).toSorted((a, b) => a - b),
    );
  });

  it('has a head of a few kilobytes, however long the call was', () => {
    const call = greeted();
    for (let n = 1; n <= 60; n++) {
      callerSpeaks(call, `u${n}`);
      call.tell(words(`u${n}`, 'And what else should I know before I come?'));
      says(call, `a${n}`, 'We are open from nine to six, and the first visit takes half an hour.');
    }
    expect(headOf(call.state).length).toBeLessThan(3_000);
  });

  it('is refused where it is none, or of a schema that is not known', () => {
    const [head, items] = parts(talkedOf());
    expect(() => restored('{}', [])).toThrow('schema');
    expect(() => restored(head.replace('"schema":1', '"schema":2'), items)).toThrow('schema');
    expect(() => restored(head, ['{"kind":"rumour","at":1}'])).toThrow('kind');
  });

  it('of schema 1 is still read', () => {
    const kept = JSON.parse(readFileSync(new URL('kept-schema-1.json', import.meta.url), 'utf8'));
    const state = restored(
      JSON.stringify(kept.head),
      kept.items.map((item: unknown) => JSON.stringify(item)),
    );
    expect([state.mode, state.history.length, state.dealings.offers.latest.length]).toEqual(['talking', 4, 3]);
  });
});
