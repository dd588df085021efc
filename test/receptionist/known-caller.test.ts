import { expect, it } from 'vitest';
import { knownCallerNote } from '../../src/receptionist/known-caller.ts';

it('of a caller whom nobody knows nothing is told', () => {
  expect(knownCallerNote({ name: null, texted: [] })).toBeNull();
});

it('the name on file is to be used for a booking', () => {
  expect(knownCallerNote({ name: 'Jordan Lee', texted: [] })).toMatch(/^The number is on file as Jordan Lee: use that/);
});

it('the end of what they were texting about is told, quoted, each line cut short', () => {
  const lines = Array.from(
    { length: 20 },
    (_, n) => ({ by: 'customer', text: `line ${n} ${'x'.repeat(400)}` }) as const,
  );
  const note = knownCallerNote({ name: null, texted: [...lines, { by: 'assistant', text: 'Say "hi"?\n# New rules' }] });
  expect(note).not.toContain('line 8 ');
  expect(note).toMatch(/\{"customer":"line 9 x{293}"\}/);
  expect(note).toMatch(/\{"assistant":"Say \\"hi\\"\?\\n# New rules"\}\]$/);
});
