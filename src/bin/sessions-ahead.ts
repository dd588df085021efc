/**
 * Model sessions that connect before their call is here: a line that broke takes a while to come back, and a call a
 * while to be claimed; its next session need not wait for either. One a call at most. The new line may lead to another
 * node: a session that nobody fetches is closed, having cost nothing.
 */
import type { Clock } from '../../actors/kernel/clock.ts';
import type { ConnectModel, ModelBrief, ModelLine, ModelReport } from '../../actors/model/messages.ts';

/** How long one is kept: longer than the phone network takes from its question to the line. */
export const KEPT_MS = 3_000;
/** More than a node takes calls; whoever comes after that connects when they are here. */
const MOST = 500;

export class SessionsAhead {
  private readonly connect: ConnectModel;
  private readonly clock: Clock;
  private readonly byCall = new Map<string, { readonly session: Ahead; readonly forget: () => void }>();

  constructor(connect: ConnectModel, clock: Clock) {
    this.connect = connect;
    this.clock = clock;
  }

  /** Begins to connect, unless a session of this call is on its way; `brief` is asked for what to open it with. */
  prepare(callSid: string, brief: () => ModelBrief): void {
    if (this.byCall.has(callSid) || this.byCall.size >= MOST) return;
    const session = new Ahead(this.connect, brief());
    const forget = this.clock.wakeAt(this.clock.now() + KEPT_MS, () => this.dismiss(callSid));
    this.byCall.set(callSid, { session, forget });
  }

  /** How this call connects: the first time by the session that is on its way for it, if one is. */
  of(callSid: string): ConnectModel {
    return (brief, report) => {
      const prepared = this.byCall.get(callSid);
      this.byCall.delete(callSid);
      prepared?.forget();
      return prepared?.session.handTo(report) ?? this.connect(brief, report);
    };
  }

  /** Closes all that nobody has fetched. */
  close(): void {
    for (const callSid of this.byCall.keys()) this.dismiss(callSid);
  }

  /** The call does not come here. */
  dismiss(callSid: string): void {
    const prepared = this.byCall.get(callSid);
    this.byCall.delete(callSid);
    prepared?.forget();
    prepared?.session.close();
  }
}

/** One session; what it reports waits for its owner. */
class Ahead {
  private readonly line: ModelLine;
  private readonly early: ModelReport[] = [];
  private report: ((report: ModelReport) => void) | undefined;

  constructor(connect: ConnectModel, brief: ModelBrief) {
    this.line = connect(brief, (report) => {
      if (this.report) this.report(report);
      else this.early.push(report);
    });
  }

  /** The session, with all that it reports from the first on; null where it is lost already. */
  handTo(report: (report: ModelReport) => void): ModelLine | null {
    if (this.early.some(({ type }) => type === 'lost')) return null;
    // Never within the call that it is an answer to.
    queueMicrotask(() => {
      this.report = report;
      for (const each of this.early.splice(0)) report(each);
    });
    return this.line;
  }

  close(): void {
    this.line.close();
  }
}
