/** Rendered phrases in memory, as their store keeps them in Postgres. */
import type { PhraseStore, StoredPhrase } from '../../src/domain/ports.ts';

export function memoryPhraseStore(now: () => number = () => performance.now()): PhraseStore {
  const kept = new Map<string, Map<string, StoredPhrase>>();
  const claims = new Map<string, { readonly holder: string; readonly until: number }>();
  const of = (clinicId: string): Map<string, StoredPhrase> => {
    const phrases = kept.get(clinicId) ?? new Map<string, StoredPhrase>();
    kept.set(clinicId, phrases);
    return phrases;
  };
  return {
    load: async (clinicId, keys) => [...of(clinicId).values()].filter(({ key }) => keys.includes(key)),
    async keep(clinicId, phrases) {
      for (const phrase of phrases) if (!of(clinicId).has(phrase.key)) of(clinicId).set(phrase.key, phrase);
    },
    async retire(clinicId, keys) {
      const stale = [...of(clinicId).keys()].filter((key) => !keys.includes(key));
      for (const key of stale) of(clinicId).delete(key);
      return stale.length;
    },
    async claim(clinicId, holder, forMs) {
      const claim = claims.get(clinicId);
      if (claim && claim.holder !== holder && claim.until > now()) return false;
      claims.set(clinicId, { holder, until: now() + forMs });
      return true;
    },
    async release(clinicId, holder) {
      if (claims.get(clinicId)?.holder === holder) claims.delete(clinicId);
    },
  };
}
