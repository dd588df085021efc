/**
 * What happens, for people who watch: a bounded log of plain records with live subscribers. Not part of the vendor's
 * protocol. Records carry what was said, for it is a simulator, and never a key.
 */
export type SimRecord = { readonly kind: string; readonly session?: string } & Readonly<Record<string, unknown>>;

export interface LoggedRecord {
  /** Counts from 1; `?since=` asks for later ones. */
  readonly seq: number;
  /** ISO time. */
  readonly at: string;
  readonly record: SimRecord;
}

const KEPT_RECORDS = 10_000;

export class EventLog {
  private readonly kept: LoggedRecord[] = [];
  private readonly followers = new Set<(logged: LoggedRecord) => void>();
  private lastSeq = 0;

  add(record: SimRecord): void {
    const logged = { seq: ++this.lastSeq, at: new Date().toISOString(), record };
    this.kept.push(logged);
    if (this.kept.length > KEPT_RECORDS) this.kept.splice(0, this.kept.length - KEPT_RECORDS / 2);
    for (const follower of this.followers) follower(logged);
  }

  /** What is kept of the records after `seq`. */
  since(seq: number): LoggedRecord[] {
    return this.kept.filter((logged) => logged.seq > seq);
  }

  /** Calls back for every new record until the answered function is called. */
  follow(follower: (logged: LoggedRecord) => void): () => void {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }
}
