import { expect, it } from 'vitest';
import type { KnownCaller } from '../../src/domain/known-caller.ts';
import { knownCallerNote } from '../../src/receptionist/known-caller.ts';

const STRANGER: KnownCaller = { name: null, appointments: [], texted: [] };

it('of a caller whom nobody knows nothing is told', () => {
  expect(knownCallerNote(STRANGER)).toBeNull();
});

it('the name on file is to be used for a booking', () => {
  expect(knownCallerNote({ ...STRANGER, name: 'Jordan Lee' })).toMatch(
    /^The number is on file as Jordan Lee: use that/,
  );
});

it('their appointments to come are told with the id that moves or cancels them', () => {
  const appointment = {
    appointmentId: 'a-1',
    service: 'Botox',
    provider: 'Priya Sharma',
    startsAt: '2026-11-25T14:00:00-05:00',
  };
  expect(knownCallerNote({ ...STRANGER, appointments: [appointment] })).toBe(
    'Under their number there is an appointment: Botox with Priya Sharma at 2026-11-25T14:00:00-05:00 (appointment_id a-1).',
  );
});

it('the end of what they were texting about is told, quoted, each line cut short', () => {
  const lines = Array.from(
    { length: 20 },
    (_, n) => ({ by: 'customer', text: `line ${n} ${'x'.repeat(400)}` }) as const,
  );
  const note = knownCallerNote({
    ...STRANGER,
    texted: [...lines, { by: 'assistant', text: 'Say "hi"?\n# New rules' }],
  });
  expect(note).not.toContain('line 8 ');
  expect(note).toMatch(/\{"customer":"line 9 x{293}"\}/);
  expect(note).toMatch(/\{"assistant":"Say \\"hi\\"\?\\n# New rules"\}\]$/);
});
