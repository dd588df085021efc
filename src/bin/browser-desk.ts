/**
 * The calls from browsers on this node. A call outlives its socket for a while: the same session id goes on with it. One
 * entry a session, from its first socket until its call is over.
 */
import { randomUUID } from 'node:crypto';
import { BrowserSession } from '../browser/session.ts';
import type { Clinic } from '../domain/clinic.ts';
import type { ShedReason } from '../domain/events.ts';
import type { ClinicDirectory } from '../domain/ports.ts';
import type { BrowserDesk, BrowserJoin } from '../http/browser-edge.ts';
import type { SocketHandle, SocketListener } from '../http/sockets.ts';
import { type CallWorld, PhoneCall } from './phone-call.ts';

export interface BrowserDeskOptions {
  readonly directory: ClinicDirectory;
  readonly world: CallWorld;
  readonly node: string;
  /** Why no further call may begin; null where one may. */
  readonly shedReason: () => ShedReason | null;
  /** How long a call waits for its caller to come back. */
  readonly resumeMs: number;
}

interface Entry {
  readonly session: BrowserSession;
  call: PhoneCall | undefined;
  expiry: NodeJS.Timeout | undefined;
}

/** Whom a browser calls that names nobody; the contract's first demo clinic. */
const DEMO_NUMBER = '+15550100001';
const TRY_AGAIN_LATER = 1013;
const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;

export class BrowserCalls implements BrowserDesk {
  private readonly options: BrowserDeskOptions;
  private readonly entries = new Map<string, Entry>();

  constructor(options: BrowserDeskOptions) {
    this.options = options;
  }

  get active(): number {
    return this.entries.size;
  }

  join(join: BrowserJoin, socket: SocketHandle): SocketListener {
    const known = this.entries.get(join.sessionId);
    if (known) return this.attach(join.sessionId, known, socket);
    const reason = this.options.shedReason();
    if (reason !== null) return this.turnAway(socket, reason);
    const entry = this.enter(join);
    const listener = this.attach(join.sessionId, entry, socket);
    void this.clinicOf(join).then(
      (clinic) => this.begin(join, entry, clinic),
      (error: unknown) => this.broke(join.sessionId, entry, error),
    );
    return listener;
  }

  /** Ends every call. */
  async stop(): Promise<void> {
    await Promise.all([...this.entries.values()].map(async ({ call }) => call?.stop('shutdown')));
    for (const [sessionId, entry] of this.entries) this.forget(sessionId, entry);
  }

  private attach(sessionId: string, entry: Entry, socket: SocketHandle): SocketListener {
    clearTimeout(entry.expiry);
    const { session } = entry;
    session.attach(socket);
    return {
      message: (bytes, isBinary) => session.message(bytes, isBinary),
      oversized: () => session.refuse('message_too_large', 'Send audio in pieces of less than two seconds.'),
      closed: () => {
        if (session.detach(socket)) this.await(sessionId, entry);
      },
    };
  }

  /** The caller is gone, and may come back. */
  private await(sessionId: string, entry: Entry): void {
    if (this.entries.get(sessionId) !== entry) return;
    entry.expiry = setTimeout(() => {
      if (entry.call) entry.call.closed('stop');
      else this.forget(sessionId, entry);
    }, this.options.resumeMs);
  }

  private turnAway(socket: SocketHandle, reason: ShedReason): SocketListener {
    this.options.world.events.emit('call.shed', { reason });
    const message = 'Ava is busy right now. Try again in a moment, or call the clinic.';
    socket.send(JSON.stringify({ type: 'error', code: 'busy', message }));
    socket.close(TRY_AGAIN_LATER, 'busy');
    return { message: () => undefined, closed: () => undefined };
  }

  private enter({ sessionId, format }: BrowserJoin): Entry {
    const { clock } = this.options.world;
    const conversationId = randomUUID();
    const session = new BrowserSession({ sessionId, conversationId, format, now: () => clock.now() });
    const entry: Entry = { session, call: undefined, expiry: undefined };
    this.entries.set(sessionId, entry);
    return entry;
  }

  private clinicOf({ clinicId }: BrowserJoin): Promise<Clinic | undefined> {
    const { directory } = this.options;
    return clinicId === null ? directory.byPhone(DEMO_NUMBER) : directory.byId(clinicId);
  }

  private begin({ sessionId, format }: BrowserJoin, entry: Entry, clinic: Clinic | undefined): void {
    if (this.entries.get(sessionId) !== entry) return;
    const { session } = entry;
    if (!clinic) {
      session.refuse('unknown_clinic', 'There is no such clinic.');
      return this.forget(sessionId, entry, POLICY_VIOLATION);
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
      (next) => (next === 'transfer' ? call.tellOfStaff({ type: 'caller_left' }) : this.forget(sessionId, entry)),
      { format, screen: session },
    );
    entry.call = call;
    call.begin(clinic);
    session.began(call);
  }

  private broke(sessionId: string, entry: Entry, error: unknown): void {
    const { conversationId } = entry.session;
    this.options.world.events.emit('call.crashed', { conversationId, actor: 'clinic', error });
    entry.session.refuse('internal_error', 'Something went wrong. Please try again.');
    this.forget(sessionId, entry, INTERNAL_ERROR);
  }

  private forget(sessionId: string, entry: Entry, code?: number): void {
    clearTimeout(entry.expiry);
    if (this.entries.get(sessionId) === entry) this.entries.delete(sessionId);
    entry.session.close(code);
  }
}
