/** How long claims hold, and what is waited for, where workers live for a second or two. */
export const QUICK_THREADS = { settleMs: 0, wordlessMs: 50, usefulForMs: 3_600_000 };
export const QUICK_CLAIM_MS = 1_500;
export const QUICK_SENDING = { requestMs: 600, claimMs: 1_500, lateMs: 1_000 };
