import { describe, expect, it } from 'vitest';
import { loadClinic } from '../../db/clinics.ts';
import { fixedPhrases } from '../../src/receptionist/phrases.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import { Listener } from '../sim/speech.ts';
import { LUMEN, startAva, until } from '../support/ava.ts';

const RENDERING_MS = 60_000;

describe('the fixed phrases of the demo clinics', () => {
  it('are rendered while she works, word for word, and calls go on meanwhile', { timeout: 120_000 }, async () => {
    const ava = await startAva({ rendersPhrases: true, pace: 4, openai: { pace: 20 } });
    try {
      const call = ava.place(scenario('hours'));
      await call.ended;
      expect(call.heardText).toMatch(/9 AM to 6 PM/);

      const lumen = await loadClinic(ava.database, { phone: LUMEN });
      for (const clinic of [ava.clinic, lumen]) {
        if (!clinic) throw new Error('both demo clinics are needed');
        const wished = clinic.conversation.languages.flatMap((language) =>
          Object.values(fixedPhrases(clinic, language)),
        );
        const stored = await until('all phrases', RENDERING_MS, async () => {
          const rows = await ava.database.withClinic(
            clinic.id,
            'read',
            (sql) => sql<{ text: string; ms: number; audio: Buffer }[]>`select text, ms, audio from phrases`,
          );
          return rows.length === wished.length ? rows : undefined;
        });
        expect(stored.map(({ text }) => text).toSorted()).toEqual(wished.toSorted());
        for (const { text, ms, audio } of stored) {
          expect(
            new Listener()
              .push(audio)
              .map((heard) => heard.text)
              .join(' '),
          ).toBe(text);
          expect(ms).toBe(audio.length / 8);
        }
      }
    } finally {
      await ava.stop();
    }
  });
});
