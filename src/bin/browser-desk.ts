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

/** A token of one clinic opens no session of another, whatever ids the two chose. */
const keyOf = ({ clinicId, sessionId }: BrowserJoin): string => `${clinicId ?? ''}/${sessionId}`;

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
    const key = keyOf(join);
    const known = this.entries.get(key);
    if (known && known.session.format !== join.format) return otherFormat(socket);
    if (known) return this.attach(key, known, socket);
    const reason = this.options.shedReason();
    if (reason !== null) return this.turnAway(socket, reason);
    const entry = this.enter(join);
    const listener = this.attach(key, entry, socket);
    void this.clinicOf(join).then(
      (clinic) => this.begin(join, entry, clinic),
      (error: unknown) => this.broke(key, entry, error),
    );
    return listener;
  }

  /** Ends every call. */
  async stop(): Promise<void> {
    await Promise.all([...this.entries.values()].map(async ({ call }) => call?.stop('shutdown')));
    for (const [key, entry] of this.entries) this.forget(key, entry);
  }

  private attach(key: string, entry: Entry, socket: SocketHandle): SocketListener {
    clearTimeout(entry.expiry);
    const { session } = entry;
    session.attach(socket);
    return {
      message: (bytes, isBinary) => session.message(bytes, isBinary),
      oversized: () => session.refuse('message_too_large', 'Send audio in pieces of less than two seconds.'),
      closed: () => {
        if (session.detach(socket)) this.await(key, entry);
      },
    };
  }

  /** The caller is gone, and may come back. */
  private await(key: string, entry: Entry): void {
    if (this.entries.get(key) !== entry) return;
    entry.expiry = setTimeout(() => {
      if (entry.call) entry.call.closed('stop');
      else this.forget(key, entry);
    }, this.options.resumeMs);
  }

  private turnAway(socket: SocketHandle, reason: ShedReason): SocketListener {
    this.options.world.events.emit('call.shed', { reason });
    const message = 'Ava is busy right now. Try again in a moment, or call the clinic.';
    socket.send(JSON.stringify({ type: 'error', code: 'busy', message }));
    socket.close(TRY_AGAIN_LATER, 'busy');
    return { message: () => undefined, closed: () => undefined };
  }

  private enter(join: BrowserJoin): Entry {
    const { sessionId, format } = join;
    const { clock } = this.options.world;
    const conversationId = randomUUID();
    const session = new BrowserSession({ sessionId, conversationId, format, now: () => clock.now() });
    const entry: Entry = { session, call: undefined, expiry: undefined };
    this.entries.set(keyOf(join), entry);
    return entry;
  }

  private clinicOf({ clinicId }: BrowserJoin): Promise<Clinic | undefined> {
    const { directory } = this.options;
    return clinicId === null ? directory.byPhone(DEMO_NUMBER) : directory.byId(clinicId);
  }

  private begin(join: BrowserJoin, entry: Entry, clinic: Clinic | undefined): void {
    const key = keyOf(join);
    if (this.entries.get(key) !== entry) return;
    const { session } = entry;
    if (!clinic) {
      session.refuse('unknown_clinic', 'There is no such clinic.');
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
      (next) => (next === 'transfer' ? call.tellOfStaff({ type: 'caller_left' }) : this.forget(key, entry)),
      { format: join.format, screen: session },
    );
    entry.call = call;
    call.begin(clinic);
    session.began(call);
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

function otherFormat(socket: SocketHandle): SocketListener {
  const message = 'This session goes on in another format: come back in the one it began with, or begin a new session.';
  socket.send(JSON.stringify({ type: 'error', code: 'bad_message', message }));
  socket.close(POLICY_VIOLATION, 'another format');
  return { message: () => undefined, closed: () => undefined };
}
