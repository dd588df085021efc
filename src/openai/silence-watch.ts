/**
 * Notices sessions that are open and say nothing: a network that swallows packets closes no socket. One timer a node,
 * which runs while there are sessions; each of them counts the ticks since it was last heard. A session that has been
 * silent for a while is asked for a sign of life, and lost where none comes. A pong would not do: it can come from an
 * edge behind which the session is dead. Only at a service that was never seen to answer does a pong count.
 */
export const SILENCE_LIMITS = {
  tickMs: 1_000,
  /** Ticks of silence after which a sign of life is asked for … */
  probeTicks: 5,
  /** … and after which the session is lost. */
  lostTicks: 8,
} as const;

export interface Watched {
  /** Set to 0 whenever anything is heard. */
  silentTicks: number;
  /** Set to true whenever a pong comes. */
  ponged: boolean;
  /** Asks for a sign of life, and for a pong. */
  probe(): void;
  fellSilent(): void;
}

export class SilenceWatch {
  private readonly sessions = new Set<Watched>();
  private timer: NodeJS.Timeout | undefined;
  private answers = false;

  add(session: Watched): void {
    this.sessions.add(session);
    if (!this.answers) session.probe();
    this.timer ??= setInterval(() => this.tick(), SILENCE_LIMITS.tickMs).unref();
  }

  remove(session: Watched): void {
    this.sessions.delete(session);
    if (this.sessions.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** A session answered a probe: this service does. */
  answered(): void {
    this.answers = true;
  }

  private tick(): void {
    for (const session of this.sessions) {
      session.silentTicks++;
      if (session.silentTicks === SILENCE_LIMITS.probeTicks) {
        session.ponged = false;
        session.probe();
      } else if (session.silentTicks >= SILENCE_LIMITS.lostTicks) this.judge(session);
    }
  }

  private judge(session: Watched): void {
    if (this.answers || !session.ponged) return session.fellSilent();
    session.silentTicks = 0;
  }
}
