/**
 * The golden paths on every weekday, at ten in the morning and ten minutes to midnight, by telephone and in a browser,
 * with a good model and a clumsy one: the whole of it in virtual time, where a call takes a tenth of a second. The same
 * paths over real sockets and stores: golden-stack.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { GOLDEN_MOMENTS } from '../support/golden-moments.ts';
import { GOLDEN_PATHS } from '../support/golden-paths.ts';
import { VirtualClinic } from '../support/virtual-clinic.ts';
import { inVirtualTime } from '../support/virtual-time.ts';

const CALLER = '+15550100142';
const LONGEST_MS = 10 * 60_000;

for (const brain of ['receptionist', 'clumsy'] as const) {
  for (const channel of ['voice', 'web'] as const) {
    describe(`a ${brain} of a model, by ${channel}`, () => {
      for (const [path, tell] of Object.entries(GOLDEN_PATHS)) {
        it.each(GOLDEN_MOMENTS.map((moment, n) => ({ ...moment, seed: n + 1 })))(
          `${path} on a $name`,
          async ({ at, seed }) => {
            await inVirtualTime(LONGEST_MS, async (time) => {
              const clinic = new VirtualClinic(time, { at, brain, seed });
              await tell(clinic.golden({ channel, from: CALLER, flawless: brain === 'receptionist' }));
              expect(clinic.premature).toEqual([]);
            });
          },
        );
      }
    });
  }
}
