/**
 * The calls from browsers on this node. A call outlives its socket for a while: the same session id goes on with it. One
 * entry a session, from its first socket until its call is over.
 */
import { randomUUID } from 'node:crypto';
import { TOO_LARGE } from '../browser/connection.ts';
import { BrowserSession } from '../browser/session.ts';
import type { ErrorCode, ServerMessage } from '../browser/wire.ts';
import type { Clinic } from '../domain/clinic.ts';
import type { ShedReason } from '../domain/events.ts';
import type { ClinicDirectory } from '../domain/ports.ts';
import type { BrowserDesk, BrowserJoin } from '../http/browser-edge.ts';
import type { SocketHandle, SocketListener } from '../http/sockets.ts';
import type { TicketLedger } from '../twilio/ticket-ledger.ts';
import type { CallWorld } from './call-world.ts';
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
  call: PhoneCall | undefined;
  /** Runs while the caller is away. */
  expiry: NodeJS.Timeout | undefined;
  /** The call is over, and who is away is still to be told. */
  over: boolean;
}

/** Whom a browser calls that names nobody; the contract's first demo clinic. */
const DEMO_NUMBER = '+15550100001';
const TRY_AGAIN_LATER = 1013;
const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;

const BUSY = 'Ava is busy right now. Try again in a moment, or call the clinic.';
const OTHER_FORMAT =
  'This session goes on in another format: come back in the one it began with, or begin a new session.';

const REFUSALS = {
  unknown_clinic: 'There is no such clinic.',
  used_token: 'A call was begun with this token before: ask POST /api/browser-calls for another one.',
} as const;

/** A token of one clinic opens no session of another, whatever ids the two chose. */
const keyOf = ({ clinicId, sessionId }: Pick<BrowserJoin, 'clinicId' | 'sessionId'>): string =>
  `${clinicId ?? ''}/${sessionId}`;

export class BrowserCalls implements BrowserDesk {
  private readonly options: BrowserDeskOptions;
  private readonly entries = new Map<string, Entry>();

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
    const known = this.entries.get(key);
    if (known && known.session.format !== join.format) {
      return refused(socket, POLICY_VIOLATION, 'bad_message', OTHER_FORMAT);
    }
    if (known) return this.attach(key, known, socket);
    const reason = this.options.shedReason();
    if (reason !== null) {
      this.options.world.events.emit('call.shed', { reason });
      return refused(socket, TRY_AGAIN_LATER, 'busy', BUSY);
    }
    const entry = this.enter(join);
    const listener = this.attach(key, entry, socket);
    this.open(join, entry).catch((error: unknown) => this.broke(key, entry, error));
    return listener;
  }

  holds(clinicId: string, sessionId: string): boolean {
    return this.entries.has(keyOf({ clinicId, sessionId }));
  }

  /** Ends every call. */
  async stop(): Promise<void> {
    await Promise.all([...this.entries.values()].map(async ({ call }) => call?.stop('shutdown')));
    for (const [key, entry] of this.entries) this.forget(key, entry);
  }

  private attach(key: string, entry: Entry, socket: SocketHandle): SocketListener {
    clearTimeout(entry.expiry);
    entry.expiry = undefined;
    const connection = entry.session.attach(socket);
    if (entry.over) this.forget(key, entry);
    return {
      message: (bytes, isBinary) => connection.message(bytes, isBinary),
      oversized: () => connection.refuse('message_too_large', TOO_LARGE),
      congested: (result) => this.options.world.events.emit('media.backpressure', { result }),
      closed: () => {
        if (entry.session.detach(connection)) this.await(key, entry);
      },
    };
  }

  /** The caller is gone, and may come back. */
  private await(key: string, entry: Entry): void {
    if (this.entries.get(key) !== entry) return;
    entry.expiry = setTimeout(() => {
      entry.expiry = undefined;
      if (entry.call && !entry.over) entry.call.closed('stop');
      else this.forget(key, entry);
    }, this.options.resumeMs);
  }

  private enter(join: BrowserJoin): Entry {
    const { sessionId, format } = join;
    const { resumeMs, world } = this.options;
    const parts = { sessionId, format, resumeMs, conversationId: randomUUID(), now: () => world.clock.now() };
    const session = new BrowserSession(parts);
    const entry: Entry = { session, call: undefined, expiry: undefined, over: false };
    this.entries.set(keyOf(join), entry);
    return entry;
  }

  private async open(join: BrowserJoin, entry: Entry): Promise<void> {
    const clinic = await this.clinicOf(join);
    const isRefused = clinic !== undefined && !(await this.isFirst(join));
    this.begin(join, entry, isRefused ? 'used_token' : clinic);
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

  private begin(join: BrowserJoin, entry: Entry, clinic: Clinic | 'used_token' | undefined): void {
    const key = keyOf(join);
    if (this.entries.get(key) !== entry) return;
    const { session } = entry;
    if (!clinic || clinic === 'used_token') {
      const code = clinic ?? 'unknown_clinic';
      this.options.world.events.emit('call.refused', { reason: code });
      session.refuse(code, REFUSALS[code]);
      return this.forget(key, entry, POLICY_VIOLATION);
    }
    const identity = {
      conversationId: session.conversationId,
      clinicId: clinic.id,
      channel: 'web',
      callSid: null,
      callerPhone: null,
      calledNumber: clinic.phone,
      node: this.options.node,
    } as const;
    const call = new PhoneCall(
      identity,
      session,
      this.options.world,
      // Nobody can be put through from a browser: a call that was to be is over.
      (next) => (next === 'transfer' ? call.tellOfStaff({ type: 'caller_left' }) : this.ended(key, entry)),
      { format: join.format, screen: session },
    );
    entry.call = call;
    call.begin(clinic);
    session.began(call);
  }

  /** Who is away hears of it when they come back in time. */
  private ended(key: string, entry: Entry): void {
    entry.over = true;
    if (!entry.session.isAway || entry.expiry === undefined) this.forget(key, entry);
  }

  private broke(key: string, entry: Entry, error: unknown): void {
    const { conversationId } = entry.session;
    this.options.world.events.emit('call.crashed', { conversationId, actor: 'clinic', error });
    entry.session.refuse('internal_error', 'Something went wrong. Please try again.');
    this.forget(key, entry, INTERNAL_ERROR);
  }

  private forget(key: string, entry: Entry, code?: number): void {
    clearTimeout(entry.expiry);
    if (this.entries.get(key) === entry) this.entries.delete(key);
    entry.session.close(code);
  }
}

function refused(socket: SocketHandle, closeCode: number, code: ErrorCode, message: string): SocketListener {
  socket.send(JSON.stringify({ type: 'error', code, message } satisfies ServerMessage));
  socket.close(closeCode, code);
  return { message: () => undefined, closed: () => undefined };
}
