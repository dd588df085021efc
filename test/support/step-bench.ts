/**
 * Drives a pure step as its shell would, without the shell: keeps the state, spends deadlines when they are due, and
 * hands back the effects. Every state is frozen to its depth before it is stepped, so that each test also shows that
 * the step changes nothing in place.
 */
import { type DeadlineMessage, type Step, type Timed, withoutDeadline } from '../../actors/kernel/actor.ts';

/** Monday 2026-11-23, 10:00 in New York. */
export const NOW = Date.parse('2026-11-23T15:00:00Z');

export class StepBench<S extends Timed, M, E> {
  private readonly step: Step<S, M | DeadlineMessage, E>;
  state: S;
  now = NOW;

  constructor(step: Step<S, M | DeadlineMessage, E>, state: S) {
    this.step = step;
    this.state = deepFreeze(state);
  }

  /** Tells the messages one after the other, at the present time; answers the effects of all of them in order. */
  tell(...messages: readonly (M | DeadlineMessage)[]): E[] {
    return messages.flatMap((message) => {
      const { state, effects } = this.step(this.state, deepFreeze(message), this.now);
      this.state = deepFreeze(state);
      return [...effects];
    });
  }

  /** Lets time pass; deadlines that fall due are delivered at their time. Answers their effects. */
  wait(ms: number): E[] {
    const until = this.now + ms;
    const effects: E[] = [];
    for (let due = this.dueBy(until); due !== undefined; due = this.dueBy(until)) {
      this.now = Math.max(this.now, due.at);
      this.state = deepFreeze(withoutDeadline(this.state, due.name));
      effects.push(...this.tell({ type: 'deadline', name: due.name }));
    }
    this.now = until;
    return effects;
  }

  private dueBy(until: number): { readonly name: string; readonly at: number } | undefined {
    const [next] = Object.entries(this.state.deadlines).sort(([, a], [, b]) => a - b);
    return next !== undefined && next[1] <= until ? { name: next[0], at: next[1] } : undefined;
  }
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) deepFreeze(part);
  return Object.freeze(value);
}

/** The effects of one kind. */
export function ofKind<E extends { readonly kind: string }, K extends E['kind']>(
  effects: readonly E[],
  kind: K,
): Extract<E, { kind: K }>[] {
  return effects.filter((effect): effect is Extract<E, { kind: K }> => effect.kind === kind);
}
