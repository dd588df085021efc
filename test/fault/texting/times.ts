/**
 * How long claims hold, and what is waited for, where workers live for a second or two. With a thousand threads the
 * simulators have more to do than they can do at once: what was given up may take effect that much later.
 */
const factor = process.env.LONG_RUNS ? 4 : 2;

export const QUICK_THREADS = { settleMs: 0, wordlessMs: 50, usefulForMs: 3_600_000 };
export const QUICK_CLAIM_MS = factor * 1_500;
export const QUICK_SENDING = { requestMs: factor * 600, claimMs: factor * 1_500, lateMs: factor * 1_000 };
