/** Calls that other nodes had: what they left of them, how this node gets one, and the records that they could not close. */
import type { CallState } from '../../actors/call/state.ts';
import type { WatchedCall } from '../domain/call-watch.ts';
import { type Adopted, adopt, adoptTelling, askedAgain } from './call-adoption.ts';
import { type CallEnding, readEnding, restored, telephoneKey } from './call-snapshot.ts';
import type { CallWorld } from './call-world.ts';

export type LeftBehind =
  | { readonly kind: 'live'; readonly state: CallState }
  | { readonly kind: 'ended'; readonly ending: CallEnding };

export class LeftBehindCalls {
  private readonly node: string;
  private readonly world: CallWorld;

  constructor(node: string, world: CallWorld) {
    this.node = node;
    this.world = world;
  }

  /** Null where nothing is kept of the call; undefined where nobody can tell. */
  async read(callSid: string): Promise<LeftBehind | null | undefined> {
    const { keeping, events } = this.world;
    if (!keeping) return undefined;
    try {
      const kept = await askedAgain(() => keeping.keeper.read(telephoneKey(callSid)));
      if (kept?.kind === 'live') return { kind: 'live', state: restored(kept.head, kept.items) };
      return kept && { kind: 'ended', ending: readEnding(kept.ending) };
    } catch (error) {
      events.emit('call.crashed', { callSid, actor: 'adoption', error });
      return undefined;
    }
  }

  /** Whether a call of which nothing is kept never began: it is not registered either. False where nobody can tell. */
  async beganNowhere(call: Pick<WatchedCall, 'callSid' | 'clinicId'>): Promise<boolean> {
    const known = await this.world.keeping?.register.knows(call).catch(() => undefined);
    return known === false;
  }

  /** Null where it is over, or another node's; undefined where it cannot be had. */
  async claim(callSid: string, wanted: 'away' | 'on_line'): Promise<Adopted | null | undefined> {
    const isWanted = ({ mode }: CallState): boolean => (mode === 'away') === (wanted === 'away');
    const adoption = await adoptTelling(this.world, { callSid }, telephoneKey(callSid), this.node, isWanted);
    if (adoption.kind === 'adopted') return adoption;
    return adoption.kind === 'gone' || adoption.kind === 'failed' ? undefined : null;
  }

  /** Claims a call to end it; null where that is not to be done. Rejects where nobody can tell. */
  async claimLast(callSid: string): Promise<Adopted | null> {
    const { keeping, log } = this.world;
    if (!keeping) return null;
    const adoption = await adopt(keeping, telephoneKey(callSid), this.node, () => true);
    if (adoption.kind === 'ended' && adoption.unwritten) log.write(adoption.unwritten);
    return adoption.kind === 'adopted' ? adoption : null;
  }

  /** Its owner fell silent before its last word was written; by the same epoch it is what the owner would have written. */
  closeLate({ callSid, epoch }: WatchedCall, left: LeftBehind | null | undefined): void {
    if (left?.kind !== 'ended' || !left.ending.end) return;
    this.world.log.write({ ...left.ending.end, fence: { callSid, epoch } });
  }
}
