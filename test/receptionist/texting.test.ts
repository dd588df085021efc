/** A conversation by text as pure steps: what is next, and what a turn leaves behind. */
import { describe, expect, it } from 'vitest';
import { type ModelCall, newTextConversation, type TextConversation } from '../../src/domain/texting.ts';
import type { ToolOutcome } from '../../src/domain/tools.ts';
import { NO_USAGE } from '../../src/domain/usage.ts';
import {
  closed,
  ended,
  heard,
  holdAnswered,
  nextOf,
  noAnswer,
  said,
  toolAnswered,
} from '../../src/receptionist/texting.ts';
import { radiance } from '../support/memory-clinics.ts';

const NOW = Date.parse('2026-11-24T15:00:00Z');
const text = (body: string, media = 0) => ({ id: body, body, media });
const begun = (...bodies: string[]): TextConversation =>
  heard(
    newTextConversation('c1', 'en-US', NOW),
    bodies.map((body) => text(body)),
    radiance,
    false,
    NOW,
  ).conversation;
const call = (name: string): ModelCall => ({ callId: `call-${name}`, name, argumentsText: '{}' });
const answeredWith = (conversation: TextConversation, words: string, ...calls: ModelCall[]) =>
  said(conversation, { text: words, calls, usage: NO_USAGE }, radiance);
const done: ToolOutcome = { answer: { success: true }, changes: [] };
const times = { startedAt: NOW, tookMs: 5 };

const slot = {
  serviceId: 's1',
  providerId: radiance.providers[0]?.id ?? '',
  startsAt: NOW + 86_400_000,
  endsAt: NOW + 88_200_000,
};
const offered: ToolOutcome = {
  answer: { success: true },
  changes: [
    {
      type: 'offered',
      slots: [slot, { ...slot, startsAt: slot.startsAt + 7_200_000, endsAt: slot.endsAt + 7_200_000 }],
      exact: null,
    },
  ],
};

describe('what is next', () => {
  it('is nothing while nobody has written', () => {
    expect(nextOf(newTextConversation('c1', 'en-US', NOW))).toEqual({ kind: 'idle' });
  });

  it('is the model, its tools one after the other, and the model again', () => {
    const asked = begun('Hello');
    expect(nextOf(asked)).toEqual({ kind: 'ask' });
    const calling = answeredWith(asked, 'One moment.', call('a'), call('b'));
    expect(nextOf(calling)).toEqual({ kind: 'tool', call: call('a') });
    const one = toolAnswered(calling, call('a'), done, radiance, times).conversation;
    expect(nextOf(one)).toEqual({ kind: 'tool', call: call('b') });
    const both = toolAnswered(one, call('b'), done, radiance, times).conversation;
    expect(nextOf(both)).toEqual({ kind: 'ask' });
    expect(both.history.map(({ kind }) => kind)).toEqual(['customer', 'assistant', 'call', 'output', 'call', 'output']);
    expect(nextOf(answeredWith(both, 'Done.'))).toMatchObject({ kind: 'done', turn: { reply: 'Done.' } });
  });

  it('is what was said beside the tools, where nothing is said after them', () => {
    const calling = answeredWith(begun('Bye'), 'Goodbye!', call('end_call'));
    const parting = toolAnswered(
      calling,
      call('end_call'),
      { ...done, changes: [{ type: 'ending' }] },
      radiance,
      times,
    );
    expect(nextOf(parting.conversation)).toMatchObject({ kind: 'done', turn: { reply: 'Goodbye!' } });
  });

  it('is to keep the slot that was chosen, and to know where it is gone', () => {
    const calling = answeredWith(begun('Botox'), '', call('check_availability'));
    const told = toolAnswered(calling, call('check_availability'), offered, radiance, times).conversation;
    const { conversation } = closed(
      answeredWith(told, 'Ten or noon?'),
      openOf(answeredWith(told, 'Ten or noon?')),
      radiance,
      NOW,
    );
    const chosen = heard(conversation, [text('The second one')], radiance, false, NOW).conversation;
    const next = nextOf(chosen);
    expect(next).toMatchObject({ kind: 'hold', offer: { startsAt: slot.startsAt + 7_200_000 } });
    if (next.kind !== 'hold') throw new Error('nothing is held');
    expect(nextOf(holdAnswered(chosen, next.offer, 'held'))).toEqual({ kind: 'ask' });
    const gone = holdAnswered(chosen, next.offer, 'taken');
    expect(gone.dealings.choice).toBeNull();
    expect(gone.history.at(-1)).toMatchObject({ kind: 'note' });
  });

  it('is the team, where a model calls tools without end', () => {
    let conversation = begun('Hello');
    for (let round = 0; nextOf(conversation).kind !== 'done' && round < 50; round += 1) {
      conversation = answeredWith(conversation, '', call(`t${round}`));
      const next = nextOf(conversation);
      if (next.kind === 'tool')
        conversation = toolAnswered(conversation, next.call, done, radiance, times).conversation;
    }
    expect(nextOf(conversation)).toMatchObject({
      kind: 'done',
      turn: { reply: expect.stringContaining('our team will reply') },
    });
    expect(ended(conversation, radiance.id, 'ava', NOW).outcome).toBe('escalated');
  });
});

const openOf = ({ open }: TextConversation) => {
  if (open === null) throw new Error('no turn is open');
  return open;
};

describe('a turn', () => {
  it('is put on record as it was written and sent, with what it cost', () => {
    const answered = answeredWith(begun('Hi', 'Botox?'), 'Which day?');
    const { entries, reply, conversation, isOver } = closed(answered, openOf(answered), radiance, NOW);
    expect(reply).toBe('This is Ava, the AI assistant of Radiance Med Spa. Which day?');
    expect(entries.map((entry) => entry.kind)).toEqual(['turn', 'usage']);
    expect(entries[0]).toMatchObject({ n: 2, role: 'assistant', text: reply });
    expect(conversation).toMatchObject({ open: null, turns: 2, callerTurns: 1, replies: 1 });
    expect(conversation.usage.costUsd).toBeCloseTo(3 * 0.0083);
    expect(isOver).toBe(false);
  });

  it('in which the model had nothing to say is left to the team', () => {
    expect(nextOf(answeredWith(begun('Hello'), '  '))).toMatchObject({
      kind: 'done',
      turn: { task: expect.stringContaining('Hello') },
    });
  });

  it('is not given up at the first failure of the model', () => {
    const failed = noAnswer(begun('Hello'), radiance, false);
    expect(nextOf(failed)).toEqual({ kind: 'ask' });
    expect(failed.open?.failures).toBe(1);
  });

  it('changes the language where one of the clinic’s is written', () => {
    expect(begun('Hola, quiero hacer una cita para mañana').language).toBe('es-US');
    expect(begun('Bonjour, je voudrais un rendez-vous demain').language).toBe('en-US');
  });

  it('never parts a call from its answer, however long the thread is', () => {
    let conversation = newTextConversation('c1', 'en-US', NOW);
    for (let n = 0; n < 60; n += 1) {
      const calling = answeredWith(
        heard(conversation, [text(`text ${n}`)], radiance, false, NOW).conversation,
        '',
        call('a'),
      );
      const answered = answeredWith(toolAnswered(calling, call('a'), done, radiance, times).conversation, 'Yes.');
      conversation = closed(answered, openOf(answered), radiance, NOW).conversation;
    }
    expect(conversation.history.length).toBeLessThanOrEqual(80);
    expect(conversation.history[0]?.kind).toBe('customer');
    expect(conversation.history.at(-1)).toEqual({ kind: 'assistant', text: 'Yes.' });
  });
});
