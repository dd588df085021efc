/**
 * The calls from browsers on this node. A call outlives its socket for a while, and its node: the same session id goes on
 * with it, here where it lives here, else by taking it up from where it is kept. One entry a session, from its first
 * socket on this node until its call is over, or another node has it. Sockets of one session are let in one after the
 * other; the last one has the call.
 */
import { randomUUID } from 'node:crypto';
import type { CallIdentity } from '../../actors/call/messages.ts';
import { TOO_LARGE } from '../browser/connection.ts';
import type { BrowserMemory } from '../browser/memory.ts';
import { BROKE, BrowserSession } from '../browser/session.ts';
import type { ErrorCode, ServerMessage } from '../browser/wire.ts';
import { type CallKey, FIRST_EPOCH, type KeptCall } from '../domain/call-keeping.ts';
import type { Clinic } from '../domain/clinic.ts';
import { outcomeSoFar } from '../domain/dealings.ts';
import type { ShedReason } from '../domain/events.ts';
import type { ClinicDirectory } from '../domain/ports.ts';
import type { BrowserDesk, BrowserJoin } from '../http/browser-edge.ts';
import type { SocketHandle, SocketListener } from '../http/sockets.ts';
import type { TicketLedger } from '../twilio/ticket-ledger.ts';
import { BrowserArrival } from './browser-arrival.ts';
import { type Adopted, adoptTelling, tellRegister } from './call-adoption.ts';
import { browserKey, type CallEnding, readEnding, registeredName, restored, restoredBrowser } from './call-snapshot.ts';
import type { CallWorld, NextForCaller } from './call-world.ts';
import { PhoneCall } from './phone-call.ts';

export interface BrowserDeskOptions {
  readonly directory: ClinicDirectory;
  readonly world: CallWorld;
  readonly node: string;
  /** Why no further call may begin; null where one may. */
  readonly shedReason: () => ShedReason | null;
  /** A session's token begins one call. */
  readonly ledger: TicketLedger;
  /** How long a call waits for its caller to come back. */
  readonly resumeMs: number;
}

interface Entry {
  readonly session: BrowserSession;
  /** Of this node's ownership. */
  readonly epoch: number;
  call: PhoneCall | undefined;
  /** Runs while the caller is away. */
  expiry: NodeJS.Timeout | undefined;
  /** The call is over, and who is away is still to be told. */
  over: boolean;
}

/** Whom a browser calls that names nobody; the contract's first demo clinic. */
const DEMO_NUMBER = '+15550100001';
const NORMAL = 1000;
const TRY_AGAIN_LATER = 1013;
const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;

interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
}

const BUSY: Refusal = {
  code: 'busy',
  message: 'Ava is busy right now. Try again in a moment, or call the clinic.',
};
const OTHER_FORMAT: Refusal = {
  code: 'bad_message',
  message: 'This session goes on in another format: come back in the one it began with, or begin a new session.',
};

const REFUSALS = {
  unknown_clinic: 'There is no such clinic.',
  used_token: 'A call was begun with this token before: ask POST /api/browser-calls for another one.',
  expired_token:
    'This token is out of date, and has no call to go on with: ask POST /api/browser-calls for another one.',
} as const;

/** A token of one clinic opens no session of another, whatever ids the two chose. */
const keyOf = ({ clinicId, sessionId }: BrowserJoin): CallKey => browserKey(clinicId, sessionId);

export class BrowserCalls implements BrowserDesk {
  private readonly options: BrowserDeskOptions;
  private readonly entries = new Map<CallKey, Entry>();
  /** The sockets that are being let in: each waits for the one before. */
  private readonly arriving = new Map<CallKey, Promise<void>>();

  constructor(options: BrowserDeskOptions) {
    this.options = options;
  }

  /** How many sessions are held, those included whose call ended while nobody was there. */
  get size(): number {
    return this.entries.size;
  }

  /** How many calls are under way. */
  get active(): number {
    let active = 0;
    for (const { over } of this.entries.values()) if (!over) active++;
    return active;
  }

  join(join: BrowserJoin, socket: SocketHandle): SocketListener {
    const key = keyOf(join);
    const arrival = new BrowserArrival(socket);
    const before = this.arriving.get(key) ?? Promise.resolve();
    const letIn = before
      .then(() => this.letIn(key, join, arrival))
      .catch((error: unknown) => this.brokeFor(arrival, error))
      .finally(() => {
        if (this.arriving.get(key) === letIn) this.arriving.delete(key);
      });
    this.arriving.set(key, letIn);
    return arrival;
  }

  /** Another node has the call of this name by now, whose owner here was of that epoch. */
  displaced(name: string, epoch: number): void {
    for (const { call } of this.entries.values()) {
      if (call && registeredName(call.identity) === name) call.displaced(epoch);
    }
  }

  /** Ends every call. */
  async stop(): Promise<void> {
    await Promise.all([...this.entries.values()].map(async ({ call }) => call?.stop('shutdown')));
    for (const [key, entry] of this.entries) this.forget(key, entry);
  }

  private async letIn(key: CallKey, join: BrowserJoin, arrival: BrowserArrival): Promise<void> {
    const kept = await this.keptOf(key);
    if (arrival.isGone) return;
    const entry = this.ours(key, kept);
    if (entry && entry.session.format !== join.format) return refuse(arrival, POLICY_VIOLATION, OTHER_FORMAT);
    if (entry) return this.attach(key, entry, arrival);
    if (kept?.kind === 'live') return this.takeUp(key, join, arrival, kept);
    const ending = kept && readEnding(kept.ending);
    if (ending && !mayCallAgain(join, ending)) return tellEnded(join, arrival, ending);
    // What is kept of the call before makes way for a newer epoch alone.
    this.beginAnew(key, join, arrival, ending?.epoch === undefined ? FIRST_EPOCH : ending.epoch + 1);
  }

  /** What is kept of the session's call; null where nothing is, or nobody can tell. */
  private async keptOf(key: CallKey): Promise<KeptCall | null> {
    const { keeping, events } = this.options.world;
    if (!keeping) return null;
    try {
      return await keeping.keeper.read(key);
    } catch (error) {
      events.emit('dependency.lost', { name: 'redis', error });
      return null;
    }
  }

  /** The session's entry, unless its call went on elsewhere since. */
  private ours(key: CallKey, kept: KeptCall | null): Entry | undefined {
    const entry = this.entries.get(key);
    if (!entry?.call || !kept) return entry;
    const isElsewhere = kept.kind === 'live' ? kept.epoch > entry.epoch : !entry.over && isOf(entry, kept.ending);
    if (!isElsewhere) return entry;
    entry.call.displaced(entry.epoch);
    return undefined;
  }

  private beginAnew(key: CallKey, join: BrowserJoin, arrival: BrowserArrival, epoch: number): void {
    const { events } = this.options.world;
    if (join.tokenLifeS === 0) {
      events.emit('call.refused', { reason: 'expired_token' });
      return refuse(arrival, POLICY_VIOLATION, { code: 'expired_token', message: REFUSALS.expired_token });
    }
    const reason = this.options.shedReason();
    if (reason !== null) {
      events.emit('call.shed', { reason });
      return refuse(arrival, TRY_AGAIN_LATER, BUSY);
    }
    const entry = this.enter(key, this.newSession(join, randomUUID(), null), epoch);
    this.attach(key, entry, arrival);
    this.open(key, join, entry).catch((error: unknown) => this.broke(key, entry, error));
  }

  /** Goes on with the call that another node has, or had. */
  private async takeUp(
    key: CallKey,
    join: BrowserJoin,
    arrival: BrowserArrival,
    kept: Extract<KeptCall, { kind: 'live' }>,
  ): Promise<void> {
    const { directory, node, shedReason, world } = this.options;
    if (shedReason() === 'draining') return refuse(arrival, TRY_AGAIN_LATER, BUSY);
    if (restoredBrowser(kept.head)?.format !== join.format) return refuse(arrival, POLICY_VIOLATION, OTHER_FORMAT);
    const { identity, dealings, callerTurns, broke } = restored(kept.head, kept.items);
    const { conversationId, clinicId } = identity;
    const adoption = await adoptTelling(world, { conversationId, clinicId }, key, node, () => true);
    if (adoption.kind === 'ended') {
      const outcome = outcomeSoFar(dealings, callerTurns, broke);
      return tellEnded(join, arrival, { next: 'hang_up', clinicId, conversationId, outcome });
    }
    const clinic = adoption.kind === 'adopted' ? await directory.byId(clinicId) : undefined;
    if (adoption.kind !== 'adopted' || !clinic) return refuse(arrival, TRY_AGAIN_LATER, BUSY);
    await this.goOn(key, join, arrival, clinic, adoption);
  }

  private async goOn(
    key: CallKey,
    join: BrowserJoin,
    arrival: BrowserArrival,
    clinic: Clinic,
    adopted: Adopted,
  ): Promise<void> {
    const { node, world } = this.options;
    const { identity } = adopted.state;
    const session = this.newSession(join, identity.conversationId, adopted.browser);
    const entry = this.enter(key, session, adopted.epoch);
    this.attach(key, entry, arrival);
    const played = await session.playedByNow();
    const call = this.wire(key, entry, { ...identity, node });
    const farEnd = { sent: adopted.browser?.sent ?? [], played, resends: session.resends };
    call.takeUp(clinic, adopted, world.clock.now(), farEnd);
    session.began(call);
    void tellRegister(world, adopted, () => call.displaced(adopted.epoch));
  }

  private attach(key: CallKey, entry: Entry, arrival: BrowserArrival): void {
    clearTimeout(entry.expiry);
    entry.expiry = undefined;
    const connection = entry.session.attach(arrival.socket);
    if (entry.over) this.forget(key, entry);
    arrival.heardBy({
      message: (bytes, isBinary) => connection.message(bytes, isBinary),
      oversized: () => connection.refuse('message_too_large', TOO_LARGE),
      congested: (result) => this.options.world.events.emit('media.backpressure', { result }),
      closed: () => {
        if (entry.session.detach(connection)) this.await(key, entry);
      },
    });
  }

  /** The caller is gone, and may come back. */
  private await(key: CallKey, entry: Entry): void {
    if (this.entries.get(key) !== entry) return;
    entry.call?.keepNow();
    entry.expiry = setTimeout(() => {
      entry.expiry = undefined;
      if (entry.call && !entry.over) void entry.call.givenUp();
      else this.forget(key, entry);
    }, this.options.resumeMs);
  }

  private newSession({ sessionId, format }: BrowserJoin, conversationId: string, memory: BrowserMemory | null) {
    const { resumeMs, world } = this.options;
    return new BrowserSession({ sessionId, format, resumeMs, conversationId, memory, now: () => world.clock.now() });
  }

  private enter(key: CallKey, session: BrowserSession, epoch: number): Entry {
    const entry: Entry = { session, epoch, call: undefined, expiry: undefined, over: false };
    this.entries.set(key, entry);
    return entry;
  }

  private async open(key: CallKey, join: BrowserJoin, entry: Entry): Promise<void> {
    const clinic = await this.clinicOf(join);
    const isRefused = clinic !== undefined && !(await this.isFirst(join));
    this.begin(key, entry, isRefused ? 'used_token' : clinic);
  }

  private clinicOf({ clinicId }: BrowserJoin): Promise<Clinic | undefined> {
    const { directory } = this.options;
    return clinicId === null ? directory.byPhone(DEMO_NUMBER) : directory.byId(clinicId);
  }

  /** Whether nobody has begun a call with the session's token before; a token is one session's alone. */
  private isFirst(join: BrowserJoin): Promise<boolean> {
    const { tokenLifeS } = join;
    return tokenLifeS === null
      ? Promise.resolve(true)
      : this.options.ledger.spend(`browser:${keyOf(join)}`, tokenLifeS);
  }

  private begin(key: CallKey, entry: Entry, clinic: Clinic | 'used_token' | undefined): void {
    if (this.entries.get(key) !== entry) return;
    const { session } = entry;
    if (!clinic || clinic === 'used_token') {
      const code = clinic ?? 'unknown_clinic';
      this.options.world.events.emit('call.refused', { reason: code });
      session.refuse(code, REFUSALS[code]);
      return this.forget(key, entry, POLICY_VIOLATION);
    }
    const call = this.wire(key, entry, {
      conversationId: session.conversationId,
      clinicId: clinic.id,
      channel: 'web',
      callSid: null,
      callerPhone: null,
      calledNumber: clinic.phone,
      node: this.options.node,
    });
    call.begin(clinic);
    session.began(call);
  }

  private wire(key: CallKey, entry: Entry, identity: CallIdentity): PhoneCall {
    const { session, epoch } = entry;
    const call: PhoneCall = new PhoneCall(
      identity,
      session,
      this.options.world,
      // Nobody can be put through from a browser: a call that was to be is over.
      (next) => (next === 'transfer' ? call.tellOfStaff({ type: 'caller_left' }) : this.ended(key, entry, next)),
      { format: session.format, screen: session, key, epoch },
    );
    entry.call = call;
    return call;
  }

  /** Who is away hears of it when they come back in time. */
  private ended(key: CallKey, entry: Entry, next: NextForCaller): void {
    entry.over = true;
    if (next === 'elsewhere' || !entry.session.isAway || entry.expiry === undefined) this.forget(key, entry);
  }

  private broke(key: CallKey, entry: Entry, error: unknown): void {
    const { conversationId } = entry.session;
    this.options.world.events.emit('call.crashed', { conversationId, actor: 'clinic', error });
    entry.session.refuse('internal_error', BROKE);
    this.forget(key, entry, INTERNAL_ERROR);
  }

  private brokeFor(arrival: BrowserArrival, error: unknown): void {
    this.options.world.events.emit('call.crashed', { actor: 'adoption', error });
    refuse(arrival, INTERNAL_ERROR, { code: 'internal_error', message: BROKE });
  }

  private forget(key: CallKey, entry: Entry, code?: number): void {
    clearTimeout(entry.expiry);
    if (this.entries.get(key) === entry) this.entries.delete(key);
    entry.session.end(code);
  }
}

/** A token is good for one call; who needs none, and hung up, calls again under whatever name they like. */
function mayCallAgain({ tokenLifeS }: BrowserJoin, { end, epoch }: CallEnding): boolean {
  return tokenLifeS === null && end?.endedBy === 'caller_stop' && epoch !== undefined;
}

/** Whether it is this call that is over, and not the one before it of the same session. */
function isOf({ epoch }: Entry, ending: string): boolean {
  return (readEnding(ending).epoch ?? epoch) >= epoch;
}

function refuse({ socket }: BrowserArrival, closeCode: number, why: Refusal): void {
  tell(socket, { type: 'error', ...why });
  socket.close(closeCode, why.code);
}

/** Who comes back to a call that is over is told so, as by a session that they were away from. */
function tellEnded({ sessionId }: BrowserJoin, { socket }: BrowserArrival, ending: CallEnding): void {
  const { conversationId, outcome } = ending;
  if (conversationId !== undefined) {
    tell(socket, { type: 'session', session_id: sessionId, conversation_id: conversationId, resumed: true });
  }
  tell(socket, { type: 'ended', outcome: outcome ?? 'abandoned' });
  socket.close(NORMAL, 'the call is over');
}

function tell(socket: SocketHandle, message: ServerMessage): void {
  socket.send(JSON.stringify(message));
}
