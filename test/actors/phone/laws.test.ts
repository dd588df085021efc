import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PhoneMessage } from '../../../actors/phone/messages.ts';
import { NEW_PHONE, type PhoneEffect, phoneStep } from '../../../actors/phone/state.ts';
import { counterexample, lawbreaking, must } from '../../support/step-laws.ts';
import { complete, cuts, mark, newLine, told } from './bench.ts';

const itemIds = fc.oneof(
  fc.constantFrom('item_AAAAAAAAAAAAAAAAAAAAA', 'item_BBBBBBBBBBBBBBBBBBBBB', 'item_CCCCCCCCCCCCCCCCCCCCC'),
  fc
    .string({ minLength: 21, maxLength: 21, unit: fc.constantFrom('a', 'b', 'X', 'Y', '0', '1') })
    .map((id) => `item_${id}`),
);
const lengths = fc.oneof(
  fc.integer({ min: 1, max: 60 }).map((frames) => frames * 20),
  fc.double({ min: 0.125, max: 900, noNaN: true }),
);

const messages: fc.Arbitrary<PhoneMessage> = fc.oneof(
  fc.constant<PhoneMessage>({ type: 'line_opened' }),
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant('speech' as const),
      itemId: itemIds,
      ms: lengths,
      payload: fc.constant('AAAA'),
    }),
  },
  { weight: 2, arbitrary: itemIds.map(complete) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 250 }).map((n) => mark(`m${n}`)) },
  fc.constantFrom('interrupt', 'pause', 'resume').map((type): PhoneMessage => ({ type })),
  fc.constantFrom('0', '9', '*', '#').map((digit): PhoneMessage => ({ type: 'digit', digit })),
  fc.constant<PhoneMessage>({ type: 'stay' }),
);
const endings = fc.oneof(
  fc.boolean().map((afterPlayback): PhoneMessage => ({ type: 'hang_up', afterPlayback })),
  fc.constantFrom('stop', 'broken').map((reason): PhoneMessage => ({ type: 'line_closed', reason })),
);
const anything = fc.oneof({ weight: 40, arbitrary: messages }, { weight: 1, arbitrary: endings });

describe('the step of a phone leg', () => {
  it('is lawful whatever comes in whatever order', () => {
    const limits = { longestBytes: 16 * 1024, runs: 150 };
    expect(lawbreaking({ step: phoneStep, initial: NEW_PHONE, messages: anything, ...limits })).toBe('');
  });

  it('keeps a true ledger: no item is heard beyond what was sent, told of twice, or heard after the end', () => {
    const broken = counterexample(anything, 150, (history) => {
      const line = newLine();
      const effects: PhoneEffect[] = line.tell({ type: 'line_opened' });
      for (const moment of history) {
        effects.push(...('message' in moment ? line.tell(moment.message) : line.wait(moment.waitMs)));
      }
      mustBeTrueLedger(effects);
    });
    expect(broken).toBe('');
  });
});

function mustBeTrueLedger(effects: readonly PhoneEffect[]): void {
  const playing = new Set<string>();
  for (const message of told(effects)) {
    if (message.type === 'playback_started') {
      must('an item begins once', !playing.has(message.itemId));
      playing.add(message.itemId);
    }
    const over =
      message.type === 'playback_cut' ? message.items : message.type === 'playback_finished' ? [message] : [];
    for (const item of over) {
      // What was held back by a pause may be cut before any of it was played.
      const isUnheard = message.type === 'playback_cut' && item.heardMs === 0;
      must('an item ends that began', playing.delete(item.itemId) || isUnheard);
      must('what is heard was sent', item.heardMs >= 0 && item.heardMs <= item.sentMs);
    }
  }
  must(
    'whole milliseconds are cut',
    cuts(effects).every(([, heardMs]) => Number.isInteger(heardMs)),
  );
  const closing = told(effects).findIndex((message) => message.type === 'phone_closed');
  must('nothing is told after the end', closing < 0 || closing === told(effects).length - 1);
}
