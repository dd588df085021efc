/**
 * What goes wrong, on purpose: a plan of faults, each with its share of the requests that it strikes, drawn from one
 * seed. A fault strikes before the service has done what was asked, or after: then it was done, and nobody was told.
 */
import { z } from 'zod';
import { type Random, seededRandom, within } from '../twilio/random.ts';
import { type ApiRefusal, backendError, duplicate, preconditionFailed, rateLimited } from './refusals.ts';

export const OPERATIONS = [
  'token',
  'get',
  'insert',
  'update',
  'patch',
  'delete',
  'list',
  'freebusy',
  'watch',
  'stop',
] as const;
export type Operation = (typeof OPERATIONS)[number];

const WRITES: readonly Operation[] = ['insert', 'update', 'patch', 'delete'];
export const isWrite = (operation: Operation): boolean => WRITES.includes(operation);

const trigger = {
  /** Of the requests it looks at, how many it strikes: in [0, 1]. */
  share: z.number().min(0).max(1).default(1),
  /** Only these; all where absent. */
  operations: z.array(z.enum(OPERATIONS)).optional(),
  calendarId: z.string().optional(),
  /** How often it strikes in all. */
  times: z.int().min(1).optional(),
};
const when = z.enum(['before', 'after']).default('before');

const Fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('delay'), ms: z.tuple([z.number().min(0), z.number().min(0)]), ...trigger }),
  z.strictObject({
    kind: z.literal('failure'),
    status: z.union([z.literal(500), z.literal(502), z.literal(503), z.literal(504)]).default(500),
    when,
    ...trigger,
  }),
  /** Nothing is ever answered, and nothing closed. */
  z.strictObject({ kind: z.literal('silence'), when, ...trigger }),
  z.strictObject({ kind: z.literal('reset'), when, ...trigger }),
  /** As the service refuses; 409 strikes inserts, 412 what is conditional, the others everything. */
  z.strictObject({
    kind: z.literal('refusal'),
    status: z.union([z.literal(403), z.literal(409), z.literal(412), z.literal(429)]),
    retryAfterS: z.number().min(0).optional(),
    ...trigger,
  }),
  /** Once struck, everything it looks at is refused with 429 for so long. */
  z.strictObject({
    kind: z.literal('storm'),
    lastsMs: z.int().min(1),
    retryAfterS: z.number().min(0).optional(),
    ...trigger,
  }),
]);
type Fault = z.infer<typeof Fault>;

export const FaultPlan = z.strictObject({ seed: z.int().default(1), faults: z.array(Fault).max(100).default([]) });
export type FaultPlan = z.input<typeof FaultPlan>;

/** What a fault looks at. */
export interface Occasion {
  readonly operation: Operation;
  readonly calendarId?: string | undefined;
  readonly conditional: boolean;
}

/** What becomes of one request. */
export interface Fate {
  readonly delayMs: number;
  /** Instead of doing it. */
  readonly before?: Harm | undefined;
  /** Instead of telling that it was done. */
  readonly after?: Harm | undefined;
}
export type Harm = ApiRefusal | 'silence' | 'reset';

interface Armed {
  readonly fault: Fault;
  struck: number;
  stormEndsAt: number;
}

export class FaultDesk {
  #armed: Armed[] = [];
  #random: Random = seededRandom(1);

  constructor(plan: FaultPlan = {}) {
    this.set(plan);
  }

  /** The plan as it stands, with how often each fault has struck. */
  get plan(): readonly { readonly fault: Fault; readonly struck: number }[] {
    return this.#armed.map(({ fault, struck }) => ({ fault, struck }));
  }

  /** Replaces the plan. Throws a ZodError where it makes no sense. */
  set(plan: FaultPlan): void {
    const { seed, faults } = FaultPlan.parse(plan);
    this.#armed = faults.map((fault) => ({ fault, struck: 0, stormEndsAt: 0 }));
    this.#random = seededRandom(seed);
  }

  clear(): void {
    this.set({});
  }

  /** Draws for every fault, so that one does not change when another strikes; delays add up, of harms the first counts. */
  fateOf(occasion: Occasion): Fate {
    const fate: { delayMs: number; before?: Harm; after?: Harm } = { delayMs: 0 };
    for (const armed of this.#armed) {
      if (!this.#strikes(armed, occasion)) continue;
      const { fault } = armed;
      if (fault.kind === 'delay') fate.delayMs += within(fault.ms, this.#random);
      else if ('when' in fault && fault.when === 'after') fate.after ??= harmOf(fault);
      else fate.before ??= harmOf(fault);
    }
    return fate;
  }

  #strikes(armed: Armed, occasion: Occasion): boolean {
    const { fault } = armed;
    if (!concerns(fault, occasion)) return false;
    if (armed.stormEndsAt > performance.now()) return true;
    if (armed.struck >= (fault.times ?? Number.POSITIVE_INFINITY) || this.#random() >= fault.share) return false;
    armed.struck += 1;
    if (fault.kind === 'storm') armed.stormEndsAt = performance.now() + fault.lastsMs;
    return true;
  }
}

function concerns(fault: Fault, { operation, calendarId, conditional }: Occasion): boolean {
  if (fault.operations ? !fault.operations.includes(operation) : operation === 'token') return false;
  if (fault.calendarId !== undefined && fault.calendarId !== calendarId) return false;
  if (fault.kind !== 'refusal') return true;
  if (fault.status === 409) return operation === 'insert';
  return fault.status !== 412 || conditional;
}

function harmOf(fault: Exclude<Fault, { kind: 'delay' }>): Harm {
  switch (fault.kind) {
    case 'failure':
      return backendError(fault.status);
    case 'silence':
    case 'reset':
      return fault.kind;
    case 'storm':
      return rateLimited(429, 'project', fault.retryAfterS);
    case 'refusal':
      if (fault.status === 409) return duplicate();
      if (fault.status === 412) return preconditionFailed();
      return rateLimited(fault.status, 'project', fault.retryAfterS);
  }
}
