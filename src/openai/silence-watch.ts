/**
 * Notices sessions that are open and say nothing: a network that swallows packets closes no socket. One timer a node,
 * which runs while there are sessions; each of them counts the ticks since it was last heard. A session that has been
 * silent for a while is asked for a sign of life, and lost where none comes. A pong would not do: it can come from an
 * edge behind which the session is dead.
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
  probe(): void;
  fellSilent(): void;
}

export class SilenceWatch {
  private readonly sessions = new Set<Watched>();
  private timer: NodeJS.Timeout | undefined;

  add(session: Watched): void {
    this.sessions.add(session);
    this.timer ??= setInterval(() => this.tick(), SILENCE_LIMITS.tickMs).unref();
  }

  remove(session: Watched): void {
    this.sessions.delete(session);
    if (this.sessions.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private tick(): void {
    for (const session of this.sessions) {
      session.silentTicks++;
      if (session.silentTicks === SILENCE_LIMITS.probeTicks) session.probe();
      else if (session.silentTicks >= SILENCE_LIMITS.lostTicks) session.fellSilent();
    }
  }
}
