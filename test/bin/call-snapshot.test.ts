import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CallState } from '../../actors/call/state.ts';
import { headOf, itemOf, keptShape, restored, SCHEMA } from '../../src/bin/call-snapshot.ts';
import { type HeadParts, ONE_TEXT } from '../../src/domain/call-keeping.ts';
import { NO_USAGE } from '../../src/domain/usage.ts';
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

const parts = (state: CallState): [HeadParts, string[]] => [headOf(state), state.history.map(itemOf)];

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
    expect(Object.values(headOf(call.state)).join('').length).toBeLessThan(3_000);
  });

  it('is refused where it is none, or of a schema that is not known', () => {
    const [head, items] = parts(talkedOf());
    expect(() => restored({}, [])).toThrow('schema');
    expect(() => restored({ ...head, schema: `${SCHEMA + 1}` }, items)).toThrow('schema');
    expect(() => restored(head, ['{"kind":"rumour","at":1}'])).toThrow('kind');
  });

  it.each(Array.from({ length: SCHEMA }, (_, n) => n + 1))('by schema %i is still read', (schema) => {
    const { head, items } = keptBy(schema);
    expect(head).toMatchObject({ schema });
    const state = restored(
      // As one text: so it was kept by releases of these schemas.
      { [ONE_TEXT]: JSON.stringify(head) },
      items.map((item) => JSON.stringify(item)),
    );
    expect([state.mode, state.history.length, state.dealings.offers.latest.length]).toEqual(['talking', 4, 3]);
    // What a later schema adds has a value; what this one had is as it was.
    expect(state).toEqual({ ...head, ...ADDED_LATER[schema], schema: SCHEMA, history: items });
  });

  it('in another shape has another schema: `SCHEMA` is raised, `UPCASTERS` grows, and a call as kept now is added here', async () => {
    await expect(`${JSON.stringify(keptShape(), onlyShape, 1)}\n`).toMatchFileSnapshot(
      `kept-schema-${SCHEMA}.shape.txt`,
    );
  });
});

/** Bounds of numbers are no shape. */
function onlyShape(name: string, value: unknown): unknown {
  return ['$schema', 'minimum', 'maximum', 'additionalProperties'].includes(name) ? undefined : value;
}

/** What calls that were kept by each schema have in place of what it did not know. */
const ADDED_LATER: Readonly<Record<number, object>> = { 1: { usage: NO_USAGE, staffTold: false } };

/** A call as it was kept by that schema. */
function keptBy(schema: number): { readonly head: object; readonly items: readonly object[] } {
  return JSON.parse(readFileSync(new URL(`kept-schema-${schema}.json`, import.meta.url), 'utf8'));
}
