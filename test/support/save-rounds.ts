import { SaveRounds } from '../../src/bin/save-rounds.ts';

/** Rounds of calls whose keeper has no connection; a call that cannot be kept fails its test. */
export function saveRounds(): SaveRounds {
  return new SaveRounds({
    together: (save) => save(),
    onBroken: (error) => {
      throw error;
    },
  });
}
