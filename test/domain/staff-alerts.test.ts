import { expect, it } from 'vitest';
import { staffAlertText } from '../../src/domain/staff-alerts.ts';

const clinic = { name: 'Radiance', language: 'en-US' };

it('a long message is cut, between characters', () => {
  const text = staffAlertText({ kind: 'message', name: null, phone: '+15550123', text: '🙂'.repeat(400) }, clinic);
  expect(text).toBe(`Radiance: message from +15550123: "${'🙂'.repeat(300)}..." STOP ends texts.`);
});

it.each([
  ['en-US', 'Radiance: new voicemail from a withheld number, 12 s. STOP ends texts.'],
  ['es-US', 'Radiance: nuevo mensaje de voz de un número oculto, 12 s. STOP: no recibir mensajes.'],
  ['it-IT', 'Radiance: new voicemail from a withheld number, 12 s. STOP ends texts.'],
])('a voicemail in %s', (language, text) => {
  expect(staffAlertText({ kind: 'voicemail', phone: null, seconds: 12 }, { ...clinic, language })).toBe(text);
});
