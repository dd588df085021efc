/** Whole calls, recorded as they happen and folded again afterwards: the same comes of the same messages. */
import { describe, expect, it } from 'vitest';
import { stretchesOf } from '../../src/bin/ops/recorded-call.ts';
import { tellStretches } from '../../src/bin/ops/replay-command.ts';
import { GOLDEN_MOMENTS } from '../support/golden-moments.ts';
import { GOLDEN_PATHS } from '../support/golden-paths.ts';
import { VirtualClinic } from '../support/virtual-clinic.ts';
import { inVirtualTime } from '../support/virtual-time.ts';

const CALLER = '+15550100142';
const LONGEST_MS = 10 * 60_000;

describe('a call that is folded again', () => {
  for (const channel of ['voice', 'web'] as const) {
    it.each(Object.entries(GOLDEN_PATHS))(`comes out the same: %s by ${channel}`, async (_path, tell) => {
      await inVirtualTime(LONGEST_MS, async (time) => {
        const at = GOLDEN_MOMENTS[0]?.at ?? 0;
        const clinic = new VirtualClinic(time, { at, brain: 'clumsy', seed: 1 });
        await tell(clinic.golden({ channel, from: CALLER, flawless: false }));
        expect(clinic.folds.length).toBeGreaterThan(0);
        for (const folds of clinic.folds) {
          const { story, isSame } = tellStretches(stretchesOf(folds));
          expect(isSame, story).toBe(true);
          expect(story).toMatch(/finished\.hang_up .*\nThe same: \d+ messages/);
        }
      });
    });
  }
});
