import { describe, expect, it } from 'vitest';
import type { CallFacts, CallMessage } from '../../../actors/call/messages.ts';
import { recordedStep } from '../../../actors/call/recording.ts';
import { replayed } from '../../../actors/call/replaying.ts';
import { callStep } from '../../../actors/call/step.ts';
import { stretchesOf } from '../../../src/bin/ops/recorded-call.ts';
import type { Fold } from '../../../src/domain/folds.ts';
import { NOW, StepBench } from '../../support/step-bench.ts';
import { storedFold } from '../../support/stored-folds.ts';
import { FACTS, finished, newConversation, playback, RENDERED, responseEnded, words } from './bench.ts';

function recorded(facts: CallFacts = FACTS) {
  const folds: Fold[] = [];
  const { state } = newConversation(facts);
  const step = recordedStep(facts, state, NOW, (fold) => folds.push(fold()));
  const place = { kind: 'folded', clinicId: state.identity.clinicId, conversationId: 'c' } as const;
  const stretch = () => {
    const [first] = stretchesOf(folds.map((fold) => storedFold({ ...place, fold: () => fold })));
    if (!first) throw new Error('nothing was recorded');
    // The phrases of this bench, which are no clinic's.
    return {
      ...first,
      beginning: { ...first.beginning, facts: { ...first.beginning.facts, phrasesIn: facts.phrasesIn } },
    };
  };
  return { call: new StepBench(step, state), folds, stretch };
}

const delta = (itemId: string, text: string): CallMessage => ({ type: 'words_delta', itemId, text });
const typesIn = (folds: readonly Fold[]): unknown[] => folds.slice(1).map(({ message }) => JSON.parse(message).type);

describe('what a call folds', () => {
  it('is written down from its beginning, each message once, at its time', () => {
    const { call, folds, stretch } = recorded();
    call.tell({ type: 'phone_opened' });
    call.wait(0.125);
    call.tell({ type: 'response_started' });
    expect(folds.map(({ n, at }) => [n, at - NOW])).toEqual([
      [0, 0],
      [1, 0],
      [2, 0.125],
    ]);
    expect(stretch().beginning.state).toEqual(newConversation().state);
    expect(folds[1]).toMatchObject({ message: '{"type":"phone_opened"}', phrases: expect.any(String) });
    expect(folds[1]?.effects).toMatch(/^tell_model\.say~\w{6}$/);
    expect(folds[2]?.changed).toMatch(/\bresponding~\w{6}\b/);
  });

  it('has the pieces of a sentence in one, behind what came before and before what came after', () => {
    const { call, folds } = recorded();
    call.tell(
      { type: 'response_started' },
      delta('a', 'How '),
      delta('a', 'about '),
      playback('a'),
      delta('a', 'two?'),
    );
    call.tell(delta('b', 'Or '), delta('b', 'three?'), words('b', 'x'));
    expect(typesIn(folds)).toEqual([
      'response_started',
      'words_delta',
      'playback_started',
      'words_delta',
      'words_delta',
      'caller_words',
    ]);
    expect(folds.map(({ message }) => JSON.parse(message).text).filter(Boolean)).toEqual([
      'How about ',
      'two?',
      'Or three?',
      'x',
    ]);
    expect(folds.map(({ n }) => n)).toEqual(folds.map((_, place) => place));
  });

  it('says of a message that broke the step so', () => {
    const { call, folds } = recorded({
      ...FACTS,
      phrasesIn: () => {
        throw new Error('a bug');
      },
    });
    expect(() => call.tell({ type: 'phone_opened' })).toThrow('a bug');
    expect(folds.at(-1)).toMatchObject({ n: 1, message: '{"type":"phone_opened"}', effects: 'threw' });
  });

  it('holds no audio', () => {
    const payload = 'AAAA'.repeat(1_000);
    const { call, folds } = recorded({ ...RENDERED, rendered: () => ({ payload, ms: 1_200 }) });
    call.tell({ type: 'phone_opened' });
    expect(JSON.stringify(folds)).not.toContain('AAAAAAAA');
    expect(folds[1]?.effects).toMatch(/^tell_phone\.speech~\w{6} tell_phone\.speech_complete~\w{6}$/);
  });
});

const sameness = (stretch: ReturnType<ReturnType<typeof recorded>['stretch']>, stepOf = callStep): boolean[] =>
  [...replayed(stretch.beginning, stretch.folds, stepOf)].map(({ isSame }) => isSame);

const forgetful: typeof callStep = (facts) => (state, message, now) => {
  const next = callStep(facts)(state, message, now);
  return message.type === 'response_started' ? { ...next, effects: [] } : next;
};

const broken: typeof callStep = () => () => {
  throw new Error('a bug');
};

describe('a call that is folded again', () => {
  it('finds the same phrases at hand, though they were not there all the time', () => {
    let isRendered = false;
    const { call, stretch } = recorded({
      ...FACTS,
      rendered: (_, text) => (isRendered ? { payload: text, ms: 1_200 } : undefined),
    });
    call.tell({ type: 'phone_opened' }, playback('a'), finished('a'));
    isRendered = true;
    call.wait(60_000);
    expect(stretch().folds.flatMap(({ effects }) => effects.match(/tell_\w+\.(?:say|speech)\b/g) ?? [])).toContain(
      'tell_phone.speech',
    );
    expect(sameness(stretch())).not.toContain(false);
  });

  it('spends its deadlines as they were spent', () => {
    const { call, stretch } = recorded(RENDERED);
    call.tell({ type: 'phone_opened' }, playback('phrase_1'));
    call.wait(31 * 60_000);
    expect(stretch().folds.map(({ message }) => message.type)).toContain('deadline');
    expect(sameness(stretch())).not.toContain(false);
  });

  it('stops where a step does otherwise', () => {
    const { call, stretch } = recorded();
    call.tell({ type: 'phone_opened' }, { type: 'response_started' }, delta('a', 'Hi.'), responseEnded());
    expect(sameness(stretch(), forgetful)).toEqual([true, false]);
    expect([...replayed(stretch().beginning, stretch().folds, broken)]).toMatchObject([
      { isSame: false, error: { message: 'a bug' } },
    ]);
  });

  it('stops where a message was another one', () => {
    const { call, folds, stretch } = recorded();
    call.tell({ type: 'phone_opened' }, { type: 'response_started' }, delta('a', 'Hi.'), responseEnded());
    const [text] = folds.filter(({ message }) => message.includes('Hi.'));
    folds.splice(
      folds.findIndex((fold) => fold === text),
      1,
      ...(text ? [{ ...text, message: text.message.replace('Hi.', 'Ho.') }] : []),
    );
    expect(sameness(stretch())).toEqual([true, true, false]);
  });
});
