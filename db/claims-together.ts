/**
 * Claims that come while another of their clinic is on its way wait for it, and then go together: a lost node leaves its
 * calls to the others in one moment, and with a transaction each they would stand in line for connections that are not
 * even open. Where one of them stops the others, each goes alone.
 */
import type { CallClaim, Claimed } from '../src/domain/call-keeping.ts';
import { isLockTimeout, isOutage } from './postgres-errors.ts';

/** Claims calls of one clinic, no two of them the same, in one transaction: their new epochs by CallSid, of those that live. */
export type ClaimAll = (clinicId: string, claims: readonly CallClaim[]) => Promise<ReadonlyMap<string, number>>;

interface Waiting {
  readonly claim: CallClaim;
  readonly resolve: (claimed: Claimed) => void;
  readonly reject: (error: unknown) => void;
}

export class ClaimsTogether {
  private readonly claimAll: ClaimAll;
  /** By clinic, while one of its claims is on its way. */
  private readonly waiting = new Map<string, Waiting[]>();

  constructor(claimAll: ClaimAll) {
    this.claimAll = claimAll;
  }

  claim(claim: CallClaim): Promise<Claimed> {
    return new Promise((resolve, reject) => {
      const each = { claim, resolve, reject };
      const others = this.waiting.get(claim.clinicId);
      if (others) others.push(each);
      else void this.goOn(claim.clinicId, [each]);
    });
  }

  private async goOn(clinicId: string, first: readonly Waiting[]): Promise<void> {
    this.waiting.set(clinicId, []);
    for (let going = first; going.length > 0; going = this.next(clinicId)) await this.go(clinicId, going);
    this.waiting.delete(clinicId);
  }

  /** All that wait, but of each call one: who claims the same call comes after. */
  private next(clinicId: string): readonly Waiting[] {
    const byCall = new Map<string, Waiting>();
    const later: Waiting[] = [];
    for (const each of this.waiting.get(clinicId) ?? []) {
      if (byCall.has(each.claim.callSid)) later.push(each);
      else byCall.set(each.claim.callSid, each);
    }
    this.waiting.set(clinicId, later);
    return [...byCall.values()];
  }

  private async go(clinicId: string, together: readonly Waiting[]): Promise<void> {
    try {
      const claims = together.map(({ claim }) => claim);
      const epochs = await this.claimAll(clinicId, claims);
      for (const { claim, resolve } of together) resolve(claimedAt(epochs.get(claim.callSid)));
    } catch (error) {
      if (together.length === 1 || !isUndone(error)) return together.forEach(({ reject }) => reject(error));
      await Promise.all(together.map((each) => this.go(clinicId, [each])));
    }
  }
}

function claimedAt(epoch: number | undefined): Claimed {
  return epoch === undefined ? { kind: 'ended' } : { kind: 'claimed', epoch };
}

/** Whether it is certain that nothing was claimed, and may go another way with fewer. */
function isUndone(error: unknown): boolean {
  return isLockTimeout(error) || !isOutage(error);
}
