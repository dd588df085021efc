/** Which tickets were spent: each may open one stream. */

export interface TicketLedger {
  /** True for the first who spends this nonce within `ttlS` seconds, false for all others. Rejects where it is out of reach. */
  spend(nonce: string, ttlS: number): Promise<boolean>;
}

/** Nonces kept at most; beyond, the oldest are forgotten, which their expiry would do within a minute anyway. */
const LEDGER_LIMIT = 100_000;

/** Single use within one process. `now` in ms. */
export function memoryTicketLedger(now: () => number, limit = LEDGER_LIMIT): TicketLedger & { readonly size: number } {
  /** Nonce → when it may be forgotten; in the order of spending, which is nearly that of expiry. */
  const spent = new Map<string, number>();
  const forget = (time: number): void => {
    for (const [nonce, until] of spent) {
      if (until > time && spent.size <= limit) return;
      spent.delete(nonce);
    }
  };
  return {
    get size() {
      return spent.size;
    },
    spend(nonce, ttlS) {
      const time = now();
      const until = spent.get(nonce);
      if (until !== undefined && until > time) return Promise.resolve(false);
      spent.delete(nonce);
      spent.set(nonce, time + ttlS * 1000);
      forget(time);
      return Promise.resolve(true);
    },
  };
}

/**
 * Single use across nodes while the shared ledger answers, within this node while it does not: a call is not refused
 * because a cache is away, and the call's epoch bounds what a replay elsewhere could do.
 */
export function resilientTicketLedger(shared: TicketLedger, local: TicketLedger): TicketLedger {
  return {
    async spend(nonce, ttlS) {
      if (!(await local.spend(nonce, ttlS))) return false;
      try {
        return await shared.spend(nonce, ttlS);
      } catch {
        return true;
      }
    },
  };
}
