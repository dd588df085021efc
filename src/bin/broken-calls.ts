/**
 * Calls that broke off, and who goes on with them: staff, where they have the caller, else Ava in writing. The phone
 * network tells any node what became of a call, so what it broke off is kept with the call, and who goes on with it is
 * settled between all nodes, once. Holds what it waits for, a few seconds each.
 */
import type { Clock } from '../../actors/kernel/clock.ts';
import type { CallKeeper } from '../domain/call-keeping.ts';
import type { Events } from '../domain/events.ts';
import type { CutOff } from '../domain/texting.ts';
import type { TicketLedger } from '../twilio/ticket-ledger.ts';
import { readEnding, telephoneKey } from './call-snapshot.ts';

export interface BrokenCallsOptions {
  readonly keeper: CallKeeper;
  /** Between all nodes: who is first to go on with a call. */
  readonly ledger: TicketLedger;
  /** Goes on in writing. Must not reject. */
  readonly goOnByText: (cut: CutOff) => Promise<void>;
  readonly events: Events;
  readonly clock: Clock;
}

/** Word of the call's last step may come after the word that it is over, and to another node. */
const LAST_WORD_MS = 2_000;
/** Longer than anything is told of a call that is over. */
const SEEN_TO_S = 15 * 60;

export class BrokenCalls {
  private readonly options: BrokenCallsOptions;
  private readonly waiting = new Map<string, { readonly cut: CutOff | null; readonly callOff: () => void }>();
  private readonly going = new Set<Promise<void>>();

  constructor(options: BrokenCallsOptions) {
    this.options = options;
  }

  /** Staff have the caller, or what they left: nobody writes to them. True where nobody had gone on with it before. */
  seenTo(callSid: string): Promise<boolean> {
    return this.isFirst(`broken/${callSid}`, callSid);
  }

  /** A call of which nothing is known begins anew; true the first time: a line that never comes about is not tried for ever. */
  beginsAnew(callSid: string): Promise<boolean> {
    return this.isFirst(`anew/${callSid}`, callSid);
  }

  private async isFirst(nonce: string, callSid: string): Promise<boolean> {
    const { ledger, events } = this.options;
    try {
      return await ledger.spend(nonce, SEEN_TO_S);
    } catch (error) {
      events.emit('call.crashed', { callSid, actor: 'broken call', error });
      return false;
    }
  }

  /**
   * The call is over: what it broke off is gone on with, unless somebody has seen to it by then. `cut`: as far as this
   * node knows; what is kept of the call counts before it, since another node may have had it last.
   */
  over(callSid: string, cut: CutOff | null): void {
    if (this.waiting.has(callSid)) return;
    const { clock } = this.options;
    const callOff = clock.wakeAt(clock.now() + LAST_WORD_MS, () => this.goOn(callSid));
    this.waiting.set(callSid, { cut, callOff });
  }

  /** Waits for nothing more: whatever is still to be gone on with is so now. */
  async close(): Promise<void> {
    for (const callSid of this.waiting.keys()) this.goOn(callSid);
    await Promise.all(this.going);
  }

  private goOn(callSid: string): void {
    const { cut = null, callOff } = this.waiting.get(callSid) ?? {};
    callOff?.();
    this.waiting.delete(callSid);
    const going = this.write(callSid, cut).finally(() => this.going.delete(going));
    this.going.add(going);
  }

  private async write(callSid: string, known: CutOff | null): Promise<void> {
    const cut = await this.brokenOff(callSid, known);
    if (cut && (await this.seenTo(callSid))) await this.options.goOnByText(cut);
  }

  private async brokenOff(callSid: string, known: CutOff | null): Promise<CutOff | null> {
    const { keeper, events } = this.options;
    try {
      const kept = await keeper.read(telephoneKey(callSid));
      if (kept === null) return known;
      // One that is kept as it lives is seen to by whoever ends it.
      return kept.kind === 'ended' ? (readEnding(kept.ending).cut ?? null) : null;
    } catch (error) {
      events.emit('call.crashed', { callSid, actor: 'broken call', error });
      return known;
    }
  }
}
