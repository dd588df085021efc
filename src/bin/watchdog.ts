/**
 * Looks after calls of which nobody takes care, once a second on each node that takes calls: its own whose line is gone,
 * those of nodes that fell silent, and those that turn out to be others' by now. One round at a time; what a call takes
 * goes on beside the rounds, for so many calls at once, and the others wait for their turn.
 */
import type { CallNews, CallWatch, Standing, WatchedCall } from '../domain/call-watch.ts';
import { askingsDue, verdictOn } from '../domain/call-watch.ts';
import type { AvaEvents, Events } from '../domain/events.ts';
import type { PhoneNetwork } from '../domain/phone-network.ts';
import type { Continuation } from '../http/front-desk.ts';
import type { Switchboard } from './switchboard.ts';

export type WatchedDesk = Pick<Switchboard, 'owned' | 'orphans' | 'recall' | 'takeLeave' | 'callStatus' | 'shedReason'>;

export interface WatchdogOptions {
  readonly watch: CallWatch;
  readonly network: PhoneNetwork;
  readonly desk: WatchedDesk;
  /** What tells the network what a call does next. */
  readonly documentOf: (call: WatchedCall, next: Continuation) => string;
  readonly events: Events;
  /** How long a call can be taken up once its line is gone. */
  readonly resumeMs: number;
}

export const WATCH_LIMITS = {
  everyMs: 1_000,
  /** Calls that the network is asked about at once, so that no more of them are taken up in a second. */
  atOnce: 50,
} as const;

type Result = AvaEvents['call.watched']['result'];

export class Watchdog {
  private readonly options: WatchdogOptions;
  /** How often the network was asked about each of this node's calls whose line is gone. */
  private asked: ReadonlyMap<string, number> = new Map();
  private readonly looks = new Map<string, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private rounds: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(options: WatchdogOptions) {
    this.options = options;
  }

  start(): void {
    if (this.closed) return;
    this.timer = setTimeout(() => {
      this.rounds = this.roundAndNext();
    }, WATCH_LIMITS.everyMs);
  }

  private async roundAndNext(): Promise<void> {
    await this.round();
    this.start();
  }

  /** Resolves once nothing is under way any more: within a few seconds. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.rounds;
    await this.settled();
  }

  /** Resolves once what was begun is done. */
  async settled(): Promise<void> {
    await Promise.all(this.looks.values());
  }

  /** Never rejects: with the register away others' calls wait for it, and nobody knows whose they are. */
  async round(): Promise<void> {
    for (const orphan of this.orphansDue()) this.lookAfter(orphan);
    await Promise.allSettled([this.hearNews(), this.takeSilent()]);
  }

  private async hearNews(): Promise<void> {
    const { watch, desk } = this.options;
    for (const news of await watch.newsOf(desk.owned())) this.heard(news);
  }

  private heard({ kind, callSid, epoch }: CallNews): void {
    const { desk, events } = this.options;
    if (kind === 'lost') events.emit('call.displaced', { callSid, epoch });
    else desk.callStatus({ callSid, status: 'completed' });
  }

  private async takeSilent(): Promise<void> {
    const { watch, desk, resumeMs } = this.options;
    // Who stops takes nothing up.
    if (this.room === 0 || desk.shedReason() === 'draining') return;
    for (const call of await watch.takeSilent(this.room, resumeMs)) this.lookAfter(call);
  }

  private get room(): number {
    return WATCH_LIMITS.atOnce - this.looks.size;
  }

  private orphansDue(): readonly WatchedCall[] {
    const orphans = this.options.desk.orphans().map((call) => {
      const due = askingsDue(call.cause, call.sinceMs);
      // A line that is gone anew counts anew.
      return { call, due, asked: Math.min(due, this.asked.get(call.callSid) ?? 0) };
    });
    const taken = new Set(orphans.filter(({ due, asked }) => due > asked).slice(0, this.room));
    this.asked = new Map(orphans.map((each) => [each.call.callSid, taken.has(each) ? each.due : each.asked]));
    return [...taken].map(({ call }) => call);
  }

  private lookAfter(call: WatchedCall): void {
    const { callSid } = call;
    if (this.looks.has(callSid)) return;
    this.looks.set(
      callSid,
      this.look(call).finally(() => this.looks.delete(callSid)),
    );
  }

  private async look(call: WatchedCall): Promise<void> {
    const { events } = this.options;
    const { callSid, clinicId, cause } = call;
    const told = (result: Result, error?: unknown): void =>
      events.emit('call.watched', { callSid, clinicId, cause, result, ...(error !== undefined && { error }) });
    try {
      const { standing, error } = await this.standing(callSid);
      const verdict = verdictOn(call, standing);
      if (verdict === 'leave') return told(standing === 'unknown' ? 'unknown' : 'left', error);
      told(verdict === 'end' ? await this.end(call) : await this.recall(call));
    } catch (error) {
      told('failed', error);
    }
  }

  private async standing(callSid: string): Promise<{ readonly standing: Standing; readonly error?: unknown }> {
    try {
      return { standing: await this.options.network.standing(callSid) };
    } catch (error) {
      return { standing: 'unknown', error };
    }
  }

  private async end(call: WatchedCall): Promise<Result> {
    const { desk } = this.options;
    if (call.cause === 'owner_silent') await desk.takeLeave(call);
    else desk.callStatus({ callSid: call.callSid, status: 'completed' });
    return 'ended';
  }

  private async recall(call: WatchedCall): Promise<Result> {
    const { desk, network, documentOf } = this.options;
    const next = await desk.recall(call);
    if (!next) return 'left';
    // Right before, since what is asked of the network ends whatever line the call has by now.
    if (!(await this.isUnattended(call)) || this.closed) return 'attended';
    const answer = await network.redirect(call.callSid, documentOf(call, next));
    return answer === 'redirected' ? 'recalled' : this.end(call);
  }

  /** Whether the call still has the owner that it was found with, and nobody who takes care of it. */
  private async isUnattended(call: WatchedCall): Promise<boolean> {
    const { watch, desk } = this.options;
    if (call.cause === 'owner_silent') return watch.isSilent(call);
    const { callSid, epoch } = call;
    const news = await watch.newsOf([{ callSid, epoch }]);
    for (const each of news) this.heard(each);
    return news.length === 0 && desk.orphans().some((orphan) => orphan.callSid === callSid);
  }
}
