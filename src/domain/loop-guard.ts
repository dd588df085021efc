/**
 * Stops a model that runs in circles: the same tool with the same arguments, or tool after tool with no word to the
 * caller. A guard refuses and says what to do; a model that does not listen to it loses the call to staff.
 */

export interface LoopGuard {
  /** Calls since the caller last spoke, by what was asked, in the order of first use. */
  readonly asked: readonly { readonly signature: string; readonly times: number }[];
  readonly calls: number;
  /** Refusals in this conversation; what was asked for at once is refused once. */
  readonly refusals: number;
  /** There is a refusal that the model has not read: what it asks for still is no answer to it. */
  readonly refusalUnread: boolean;
}

export const LOOP_LIMITS = {
  /** The same tool with the same arguments may be asked so often before it is refused. */
  sameCall: 2,
  callsInATurn: 12,
  /** So many refusals, and the conversation is handed over. */
  refusals: 3,
} as const;

export const NEW_LOOP_GUARD: LoopGuard = { asked: [], calls: 0, refusals: 0, refusalUnread: false };

export type LoopVerdict = 'go_on' | 'refuse' | 'hand_over';

/** A caller's turn is a fresh start; refusals are remembered. */
export function afterCallerTurn(guard: LoopGuard): LoopGuard {
  return { ...NEW_LOOP_GUARD, refusals: guard.refusals };
}

/** The model has read what it was answered, and goes on. */
export function afterAnswers(guard: LoopGuard): LoopGuard {
  return guard.refusalUnread ? { ...guard, refusalUnread: false } : guard;
}

/** Counts one call and says whether it may run. */
export function guardCall(
  guard: LoopGuard,
  name: string,
  argumentsText: string,
): { readonly guard: LoopGuard; readonly verdict: LoopVerdict } {
  const signature = `${name} ${canonical(argumentsText)}`.slice(0, LONGEST_SIGNATURE);
  const known = guard.asked.find((each) => each.signature === signature);
  const times = (known?.times ?? 0) + 1;
  const calls = guard.calls + 1;
  const asked = [...guard.asked.filter((each) => each !== known), { signature, times }].slice(
    -LOOP_LIMITS.callsInATurn,
  );
  const refused = times > LOOP_LIMITS.sameCall || calls > LOOP_LIMITS.callsInATurn;
  const refusals = guard.refusals + (refused && !guard.refusalUnread ? 1 : 0);
  const verdict = !refused ? 'go_on' : refusals >= LOOP_LIMITS.refusals ? 'hand_over' : 'refuse';
  return { guard: { asked, calls, refusals, refusalUnread: guard.refusalUnread || refused }, verdict };
}

const LONGEST_SIGNATURE = 300;

/** The same arguments in another order or spacing are the same arguments. */
function canonical(argumentsText: string): string {
  try {
    return JSON.stringify(sorted(JSON.parse(argumentsText)));
  } catch {
    return argumentsText;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
