/**
 * The shell around a pure step. It owns one state, one mailbox and one alarm; takes messages one at a time, in order,
 * to completion, in the tick in which they are told; performs the effects in order; and never lets an error out.
 *
 * Timers are state, not effects: a step keeps named `deadlines` in its state, and the shell wakes the actor with
 * `{ type: 'deadline', name }` when the earliest is due. A state restored from a checkpoint has its timers with it.
 */
import type { Clock } from './clock.ts';
import { Mailbox, type MailboxLimits } from './mailbox.ts';

/** Names of deadlines with the time each is due, ms since the epoch. */
export type Deadlines = Readonly<Record<string, number>>;

export interface Timed {
  readonly deadlines: Deadlines;
}

export interface DeadlineMessage {
  readonly type: 'deadline';
  readonly name: string;
}

export interface Transition<S, E> {
  readonly state: S;
  readonly effects: readonly E[];
}

/** Pure: the same state, message and time give the same transition; state is plain JSON data. */
export type Step<S, M, E> = (state: S, message: M, now: number) => Transition<S, E>;

export interface ActorOptions<S extends Timed, M, E> {
  readonly state: S;
  readonly step: Step<S, M | DeadlineMessage, E>;
  /** Told of each step that changed the state, before its effects run. */
  readonly changed?: (before: S, after: S) => void;
  /** Runs one effect; must not throw for what the outside does (that comes back as a message), only for bugs. */
  readonly perform: (effect: E) => void;
  readonly clock: Clock;
  /** Called once, when a step or an effect threw or control overflowed; the actor has stopped by then. */
  readonly onCrash: (error: unknown) => void;
  readonly droppable?: (message: M) => boolean;
  readonly limits?: MailboxLimits;
}

export class MailboxOverflow extends Error {
  override readonly name = 'MailboxOverflow';
}

export class Actor<S extends Timed, M extends { readonly type: string }, E> {
  private current: S;
  private readonly mailbox: Mailbox<M | DeadlineMessage>;
  private readonly options: ActorOptions<S, M, E>;
  private working = false;
  private stopped = false;
  private alarm: { readonly at: number; readonly cancel: () => void } | undefined;
  /** Those that the alarm was set by: most steps leave them as they are. */
  private alarmedBy: Deadlines | undefined;

  constructor(options: ActorOptions<S, M, E>) {
    this.options = options;
    this.current = options.state;
    this.mailbox = new Mailbox(options.limits);
    this.setAlarm();
  }

  /** The state after the last finished step: what a checkpoint holds. */
  get state(): S {
    return this.current;
  }

  get running(): boolean {
    return !this.stopped;
  }

  tell(message: M): void {
    if (this.stopped) return;
    if (!this.working) this.work(message);
    else if (this.mailbox.push(message, this.options.droppable?.(message) ?? false) === 'overflow') {
      this.crash(new MailboxOverflow(`no room for ${message.type}`));
    }
  }

  /** Takes no more messages, carries out no more effects (not even the rest of a step's) and lets go of its alarm. */
  stop(): void {
    this.stopped = true;
    this.alarm?.cancel();
    this.alarm = undefined;
  }

  /** Takes a message, and then what came meanwhile; nobody stands in line who is taken at once. */
  private work(first: M | DeadlineMessage): void {
    this.working = true;
    try {
      let next: M | DeadlineMessage | undefined = first;
      while (next !== undefined && !this.stopped) {
        this.handle(next);
        next = this.mailbox.take();
      }
    } catch (error) {
      this.crash(error);
    } finally {
      this.working = false;
    }
    if (!this.stopped) this.setAlarm();
  }

  private handle(message: M | DeadlineMessage): void {
    const before = isDeadline(message) ? withoutDeadline(this.current, message.name) : this.current;
    const { state, effects } = this.options.step(before, message, this.options.clock.now());
    const was = this.current;
    this.current = state;
    if (state !== was) this.options.changed?.(was, state);
    for (const effect of effects) {
      if (this.stopped) return;
      this.options.perform(effect);
    }
  }

  private crash(error: unknown): void {
    if (this.stopped) return;
    this.stop();
    this.options.onCrash(error);
  }

  /** An alarm that is too early is left: it finds nothing due and sets the next. Deadlines are put off far more often than they come. */
  private setAlarm(): void {
    if (this.current.deadlines === this.alarmedBy) return;
    this.alarmedBy = this.current.deadlines;
    const next = earliest(this.current.deadlines);
    if (next && this.alarm && next.at >= this.alarm.at) return;
    this.alarm?.cancel();
    this.alarm = next && { at: next.at, cancel: this.options.clock.wakeAt(next.at, () => this.wake()) };
  }

  private wake(): void {
    this.alarm = undefined;
    this.alarmedBy = undefined;
    const due = earliest(this.current.deadlines);
    if (this.stopped || !due) return;
    if (due.at > this.options.clock.now()) {
      this.setAlarm();
      return;
    }
    this.work({ type: 'deadline', name: due.name });
  }
}

/** The state with these deadlines spent; itself where it had none of them. */
export function withoutDeadline<S extends Timed>(state: S, ...names: readonly string[]): S {
  if (!names.some((name) => name in state.deadlines)) return state;
  const deadlines: Record<string, number> = {};
  // Not by `delete`, which makes a dictionary of the record, slow to copy ever after.
  for (const [name, at] of Object.entries(state.deadlines)) if (!names.includes(name)) deadlines[name] = at;
  return { ...state, deadlines };
}

export function withDeadline<S extends Timed>(state: S, name: string, at: number): S {
  return { ...state, deadlines: { ...state.deadlines, [name]: at } };
}

function isDeadline(message: { readonly type: string }): message is DeadlineMessage {
  return message.type === 'deadline';
}

function earliest(deadlines: Deadlines): { readonly name: string; readonly at: number } | undefined {
  let first: { name: string; at: number } | undefined;
  for (const name in deadlines) {
    const at = deadlines[name] ?? Number.POSITIVE_INFINITY;
    if (first === undefined || at < first.at) first = { name, at };
  }
  return first;
}
