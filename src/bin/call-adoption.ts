/**
 * How a node takes up a call that another one had: it claims the call, so that nobody else may write for it any more,
 * and takes what it remembers. What the caller says meanwhile waits.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { CallState } from '../../actors/call/state.ts';
import type { PhoneInlet } from '../../actors/phone/messages.ts';
import type { BrowserMemory } from '../browser/memory.ts';
import {
  type CallClaim,
  type CallFence,
  type CallKeeper,
  type CallKey,
  type CallRegister,
  FIRST_EPOCH,
  type KeptCall,
} from '../domain/call-keeping.ts';
import type { AvaEvents, CallContext } from '../domain/events.ts';
import { type CallEnd, readEnding, registeredName, restored, restoredBrowser } from './call-snapshot.ts';
import type { CallWorld } from './call-world.ts';
import type { SaveRounds } from './save-rounds.ts';

/** Where calls are kept, and whose they are. */
export interface CallKeeping {
  readonly keeper: CallKeeper;
  readonly register: CallRegister;
  readonly rounds: SaveRounds;
  /** How long a call waits for its caller to come back, ms. */
  readonly resumeMs: number;
}

export interface Adopted {
  readonly kind: 'adopted';
  readonly state: CallState;
  readonly epoch: number;
  /** Of the last save of the owner before. */
  readonly seq: number;
  /** What its session must know; null for a telephone call. */
  readonly browser: BrowserMemory | null;
  /** The keeper alone gave the epoch: the register was out of reach, and is to be told. */
  readonly unregistered: CallClaim | null;
}

/** A record that its owner can't close any more, since the call was claimed; the claimer can, by its epoch. */
export type UnwrittenEnd = CallEnd & { readonly fence: CallFence };

/** `elsewhere`: another node was faster. `gone`: nothing is kept of it. */
export type Adoption =
  | Adopted
  | { readonly kind: 'ended'; readonly unwritten: UnwrittenEnd | null }
  | { readonly kind: 'elsewhere' | 'gone' };

/** How often a call is claimed again whose keeper knows of a newer owner than its register. */
const CLAIMS = 3;

/** Claims only what is `wanted`, and leaves anything else where it is (`gone`). Rejects where the keeper is out of reach. */
export async function adopt(
  { keeper, register }: Pick<CallKeeping, 'keeper' | 'register'>,
  key: CallKey,
  node: string,
  wanted: (state: CallState) => boolean,
): Promise<Adoption> {
  const kept = await keeper.read(key);
  if (kept === null) return { kind: 'gone' };
  if (kept.kind === 'ended') return ENDED;
  const seen = readFrom(kept);
  if (!wanted(seen.state)) return { kind: 'gone' };
  const claim = claimOf(seen.state, node);
  for (let tries = 0, after = FIRST_EPOCH; tries < CLAIMS; tries++) {
    const taken = await claimed({ keeper, register }, key, { ...claim, after }, seen);
    if (taken !== 'stale') return taken;
    // The keeper has an owner that the register never heard of.
    const newest = await keeper.read(key);
    if (newest?.kind === 'ended') return ENDED;
    if (newest === null) return { kind: 'gone' };
    after = newest.epoch;
  }
  return { kind: 'elsewhere' };
}

const ENDED = { kind: 'ended', unwritten: null } as const;

type Live = Extract<KeptCall, { kind: 'live' }>;

/** What was kept of a call, and the texts that it was read from. */
interface Seen extends Pick<Adopted, 'state' | 'browser' | 'seq'> {
  readonly kept: Live;
}

function readFrom(kept: Live): Seen {
  return { state: restored(kept.head, kept.items), browser: restoredBrowser(kept.head), seq: kept.seq, kept };
}

/** Nearly always nothing has come since; a node that takes up many calls at once need not read each twice. */
function readAgain(seen: Seen, taken: Live): Seen {
  const isSame = isDeepStrictEqual(taken.head, seen.kept.head) && taken.items.length === seen.kept.items.length;
  return isSame ? { ...seen, seq: taken.seq } : readFrom(taken);
}

function claimOf({ identity, startedAt }: CallState, node: string): CallClaim {
  const callSid = registeredName(identity);
  const { clinicId, conversationId, callerPhone, calledNumber } = identity;
  return { callSid, clinicId, conversationId, node, from: callerPhone, to: calledNumber, startedAt };
}

/** `seen`: what was kept of it right before. */
async function claimed(
  { keeper, register }: Pick<CallKeeping, 'keeper' | 'register'>,
  key: CallKey,
  claim: CallClaim,
  seen: Seen,
): Promise<Adoption | 'stale'> {
  // With Postgres away the keeper alone decides whose the call is.
  const registered = await register.claim(claim).catch(() => null);
  if (registered?.kind === 'ended') return ENDED;
  const taken = registered ? await keeper.take(key, registered.epoch) : await keeper.takeNext(key);
  if (taken === 'stale') return 'stale';
  if (taken?.kind === 'ended')
    return { kind: 'ended', unwritten: registered && unwritten(taken.ending, claim, registered) };
  if (taken !== null) {
    const { state, browser, seq } = readAgain(seen, taken);
    return { kind: 'adopted', state, browser, seq, epoch: taken.epoch, unregistered: registered ? null : claim };
  }
  // Lost in this moment: it is this node's all the same, which keeps it anew.
  const { state, browser, seq } = seen;
  return registered
    ? { kind: 'adopted', state, browser, seq, epoch: registered.epoch, unregistered: null }
    : { kind: 'gone' };
}

/** Where the call ended between the look and the claim, its owner's last word came too late for the record. */
function unwritten(ending: string, { callSid }: CallClaim, { epoch }: { readonly epoch: number }): UnwrittenEnd | null {
  const { end } = readEnding(ending);
  return end ? { ...end, fence: { callSid, epoch } } : null;
}

/** How often is asked what is not answered, and how long after each time, ms. */
interface Asking {
  readonly times: number;
  readonly againMs: number;
}

/** The keeper, which may be back in a moment. */
const KEEPER: Asking = { times: 5, againMs: 150 };

/** What `ask` answers in the end; rejects where it never does. What is asked must do no harm if it is asked twice. */
export async function askedAgain<Answer>(
  ask: () => Promise<Answer>,
  { times, againMs }: Asking = KEEPER,
): Promise<Answer> {
  for (let time = 1; time < times; time++) {
    try {
      return await ask();
    } catch {
      await sleep(againMs, undefined, { ref: false });
    }
  }
  return ask();
}

/** As `adopt`, and the events tell what came of it; a record left open is closed. `failed` where nobody can tell. */
export async function adoptTelling(
  { keeping, clock, events, log }: Pick<CallWorld, 'keeping' | 'clock' | 'events' | 'log'>,
  context: CallContext,
  key: CallKey,
  node: string,
  wanted: (state: CallState) => boolean,
): Promise<Adoption | { readonly kind: 'failed' }> {
  if (!keeping) return { kind: 'gone' };
  const askedAt = clock.now();
  const told = (result: AvaEvents['call.resumed']['result']): void =>
    events.emit('call.resumed', { ...context, reason: 'node_lost', result, ms: clock.now() - askedAt });
  try {
    const adoption = await askedAgain(() => adopt(keeping, key, node, wanted));
    told(adoption.kind === 'adopted' ? 'resumed' : adoption.kind);
    if (adoption.kind === 'ended' && adoption.unwritten) log.write(adoption.unwritten);
    return adoption;
  } catch (error) {
    told('failed');
    events.emit('call.crashed', { ...context, actor: 'adoption', error });
    return { kind: 'failed' };
  }
}

/** Tells the register of a call that was adopted without it; `onLost` where it is somebody else's by then. */
export async function tellRegister(
  { keeping }: Pick<CallWorld, 'keeping'>,
  { unregistered, epoch }: Adopted,
  onLost: () => void,
): Promise<void> {
  if (unregistered && keeping && !(await registered(keeping, unregistered, epoch))) onLost();
}

/** The register, for longer than a call may be. */
const REGISTER: Asking = { times: 10_000, againMs: 2_000 };

/**
 * Tells the register of an owner that the keeper alone made, as often as it takes; false where somebody else has the
 * call by then.
 */
export async function registered(
  { register }: Pick<CallKeeping, 'register'>,
  claim: CallClaim,
  epoch: number,
): Promise<boolean> {
  const answer = await askedAgain(() => register.claim({ ...claim, after: epoch - 1 }), REGISTER).catch(() => null);
  return answer === null || (answer.kind === 'claimed' && answer.epoch === epoch);
}

/** What a line may say before its call is here. */
const EARLY_WORDS = 1_000;

/** Stands for a call that is on its way to this node. */
export class ExpectedCall implements PhoneInlet {
  private call: PhoneInlet | undefined;
  private early: ((call: PhoneInlet) => void)[] = [];

  /** Null: it will not come. */
  arrived(call: PhoneInlet | null): void {
    this.call = call ?? NOBODY;
    for (const word of this.early.splice(0)) word(this.call);
  }

  /** Once the call is there a frame is passed on and nothing else: there are fifty a second. */
  audio(payload: string): void {
    if (this.call) this.call.audio(payload);
    else this.pass((call) => call.audio(payload));
  }

  mark(name: string): void {
    this.pass((call) => call.mark(name));
  }

  digit(digit: string): void {
    this.pass((call) => call.digit(digit));
  }

  closed(reason: 'stop' | 'broken'): void {
    this.pass((call) => call.closed(reason));
  }

  private pass(word: (call: PhoneInlet) => void): void {
    if (this.call) word(this.call);
    else if (this.early.length < EARLY_WORDS) this.early.push(word);
  }
}

const NOBODY: PhoneInlet = {
  audio: () => undefined,
  mark: () => undefined,
  digit: () => undefined,
  closed: () => undefined,
};
