/** What Google does to whoever writes to it. */
import type { FaultPlan } from '../../sim/google/faults.ts';

type Faults = NonNullable<FaultPlan['faults']>;

const WRITES: ['insert', 'update', 'delete'] = ['insert', 'update', 'delete'];

/** A fifth of all writes take effect and are not answered, a twentieth each is refused for now in every way. */
export const AT_ITS_WORST: Faults = [
  { kind: 'silence', when: 'after', share: 0.1, operations: WRITES },
  { kind: 'reset', when: 'after', share: 0.1, operations: WRITES },
  { kind: 'refusal', status: 409, share: 0.05 },
  { kind: 'refusal', status: 412, share: 0.05 },
  { kind: 'refusal', status: 429, share: 0.05, retryAfterS: 1 },
  { kind: 'refusal', status: 403, share: 0.05 },
];

/** Nobody is served for so long. */
export const STORM: Faults = [{ kind: 'storm', lastsMs: 15_000, retryAfterS: 2, times: 2, share: 0.02 }];
