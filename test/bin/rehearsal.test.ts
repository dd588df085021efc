/** A made-up call that a starting node goes on with: by the same path as any other. */
import { expect, it } from 'vitest';
import { rehearsed, searched } from '../../src/bin/rehearsal.ts';
import { radiance } from '../support/memory-clinics.ts';
import { NOW } from '../support/step-bench.ts';

it('is kept, restored and gone on with in the middle of a sentence', () => {
  const commands = rehearsed(radiance, NOW);
  expect(commands.map(({ type }) => type)).toEqual([
    'assistant_text',
    'caller_text',
    'assistant_text',
    'note',
    'create_response',
  ]);
  expect(commands[2]).toMatchObject({ text: expect.stringMatching(/^We are open from/) });
});

it('looks for a time as a caller’s wish does, and finds one', async () => {
  const { answer } = await searched(radiance, NOW, 'tomorrow at 2 PM');
  expect(answer).toMatchObject({ success: true, exact_match: true, slots: [{ number: 1 }] });
});
