/**
 * What goes wrong, on purpose: a plan of faults, each with when it strikes. One desk a simulator counts the occasions
 * (connections, responses, transcripts, text requests) since the plan was set and answers whether one of its faults strikes now.
 */
import { z } from 'zod';
import { type Random, seededRandom } from './chance.ts';

const trigger = {
  /** Only once a session is that old; faults of the socket strike at that moment. */
  afterMs: z.int().min(0).optional(),
  /** Only in a session with so many responses done; faults of the socket strike at that moment. */
  afterResponses: z.int().min(0).optional(),
  /** Only the nth occasion (connection, response, caller's turn or text request) since the plan was set, from 1. */
  onNth: z.int().min(1).optional(),
  /** How often it strikes in all; without it, on every occasion. */
  times: z.int().min(1).optional(),
  /** How likely it is at each occasion, drawn from the plan's seed. */
  probability: z.number().min(0).max(1).optional(),
};

/** Struck before there is a session. */
const connectFaults = [
  z.strictObject({
    kind: z.literal('refuse_connect'),
    status: z.union([z.literal(401), z.literal(429), z.literal(500), z.literal(503)]),
    ...trigger,
  }),
  z.strictObject({ kind: z.literal('slow_handshake'), ms: z.int().min(0).max(120_000), ...trigger }),
  /** The TCP connection is taken and the upgrade never answered. */
  z.strictObject({ kind: z.literal('no_handshake'), ...trigger }),
] as const;

/** Struck while a session lives. */
const socketFaults = [
  /** From then on nothing is sent, and nothing closed. */
  z.strictObject({ kind: z.literal('black_hole'), ...trigger }),
  z.strictObject({ kind: z.literal('reset'), ...trigger }),
  z.strictObject({ kind: z.literal('close'), code: z.int(), reason: z.string().max(123).default(''), ...trigger }),
  z.strictObject({
    kind: z.literal('error'),
    code: z.string(),
    type: z.string().optional(),
    message: z.string().optional(),
    /** A fatal one is followed by a close. */
    closeCode: z.int().optional(),
    ...trigger,
  }),
] as const;

const responseFaults = [
  z.strictObject({
    kind: z.literal('response_failed'),
    code: z.string().default('server_error'),
    type: z.string().default('server_error'),
    ...trigger,
  }),
  z.strictObject({
    kind: z.literal('response_incomplete'),
    reason: z.enum(['max_output_tokens', 'content_filter']).default('content_filter'),
    ...trigger,
  }),
  /** Audio goes on after `response.done`: pieces already sent, again. */
  z.strictObject({ kind: z.literal('late_deltas'), count: z.int().min(1).max(50).default(3), ...trigger }),
  z.strictObject({ kind: z.literal('unknown_events'), ...trigger }),
  /** It takes so long more before anything of it comes. */
  z.strictObject({ kind: z.literal('response_slow'), ms: z.int().min(0).max(60_000), ...trigger }),
] as const;

const transcriptFaults = [
  z.strictObject({ kind: z.literal('transcription_delayed'), ms: z.int().min(0).max(60_000), ...trigger }),
  z.strictObject({ kind: z.literal('transcription_failed'), ...trigger }),
  /** A transcript waits until the next one has been sent. */
  z.strictObject({ kind: z.literal('transcription_reordered'), ...trigger }),
] as const;

/** Of the text endpoint; an occasion is a request that is in order. */
const textFaults = [
  z.strictObject({
    kind: z.literal('text_error'),
    status: z.int().min(400).max(599),
    code: z.string().optional(),
    retryAfterS: z.number().min(0).optional(),
    ...trigger,
  }),
  /** It is never answered. */
  z.strictObject({ kind: z.literal('text_hang'), ...trigger }),
  /** The text breaks off in its middle, and nothing says so. */
  z.strictObject({ kind: z.literal('text_broken'), ...trigger }),
  z.strictObject({ kind: z.literal('text_refusal'), ...trigger }),
  z.strictObject({
    kind: z.literal('text_incomplete'),
    reason: z.enum(['max_output_tokens', 'content_filter']).default('max_output_tokens'),
    ...trigger,
  }),
] as const;

const updateFaults = [z.strictObject({ kind: z.literal('formats_differ'), ...trigger })] as const;

const faultSchema = z.discriminatedUnion('kind', [
  ...connectFaults,
  ...socketFaults,
  ...responseFaults,
  ...transcriptFaults,
  ...updateFaults,
  ...textFaults,
]);

export const faultPlanSchema = z.strictObject({
  seed: z.int().default(1),
  faults: z.array(faultSchema).max(100).default([]),
});

export type FaultPlan = z.input<typeof faultPlanSchema>;
export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault['kind'];
export type FaultOf<Kind extends FaultKind> = Extract<Fault, { kind: Kind }>;

/** What can strike a session at any moment. */
export type SocketFault = FaultOf<'black_hole' | 'reset' | 'close' | 'error'>;

export const CONNECT_FAULTS = ['refuse_connect', 'slow_handshake', 'no_handshake'] as const;

/** What a trigger looks at; a session's faults also count its own age and responses. */
export interface Occasion {
  /** The nth of its sort, from 1. */
  readonly nth: number;
  readonly sessionAgeMs?: number;
  readonly responsesDone?: number;
}

interface Armed {
  readonly fault: Fault;
  struck: number;
}

export class FaultDesk {
  private armed: Armed[] = [];
  private random: Random = seededRandom(1);
  private counts = new Map<string, number>();

  constructor(plan: FaultPlan = {}) {
    this.set(plan);
  }

  /** The plan as it stands, with how often each fault has struck. */
  get plan(): readonly { readonly fault: Fault; readonly struck: number }[] {
    return this.armed.map(({ fault, struck }) => ({ fault, struck }));
  }

  /** Replaces the plan; occasions count from here. Throws a ZodError where it makes no sense. */
  set(plan: FaultPlan): void {
    const parsed = faultPlanSchema.parse(plan);
    this.armed = parsed.faults.map((fault) => ({ fault, struck: 0 }));
    this.random = seededRandom(parsed.seed);
    this.counts = new Map();
  }

  clear(): void {
    this.set({});
  }

  /** Counts one more occasion of a sort and answers its number. */
  count(sort: 'connection' | 'response' | 'transcript' | 'text'): number {
    const nth = (this.counts.get(sort) ?? 0) + 1;
    this.counts.set(sort, nth);
    return nth;
  }

  /** The first fault of these kinds that strikes on this occasion. */
  strike<Kind extends FaultKind>(kinds: readonly Kind[], occasion: Occasion): FaultOf<Kind> | undefined {
    for (const armed of this.armed) {
      const { fault } = armed;
      if (!isOneOf(kinds, fault) || armed.struck >= (fault.times ?? Number.POSITIVE_INFINITY)) continue;
      if (!this.due(fault, occasion)) continue;
      armed.struck++;
      return fault;
    }
    return undefined;
  }

  /** Ages at which a new session has to be asked about its socket again, in ms. */
  agesMs(): number[] {
    return this.armed.flatMap(({ fault }) => (fault.afterMs === undefined ? [] : [fault.afterMs]));
  }

  private due(fault: Fault, occasion: Occasion): boolean {
    if (fault.onNth !== undefined && fault.onNth !== occasion.nth) return false;
    if (fault.afterMs !== undefined && (occasion.sessionAgeMs ?? 0) < fault.afterMs) return false;
    if (fault.afterResponses !== undefined && (occasion.responsesDone ?? 0) < fault.afterResponses) return false;
    return fault.probability === undefined || this.random() < fault.probability;
  }
}

function isOneOf<Kind extends FaultKind>(kinds: readonly Kind[], fault: Fault): fault is FaultOf<Kind> {
  return kinds.some((kind) => kind === fault.kind);
}
