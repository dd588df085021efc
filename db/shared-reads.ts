/**
 * Reads that are made once for all who want the same. Whoever asks before such a read is sent has its answer together
 * with the others; once it is sent nobody joins, since it may not know what was committed meanwhile. So an answer is
 * never older than its question, and the longer the line for a connection, the more are answered by each read.
 */
export class SharedReads<Wish, Found> {
  /** Those that are not sent yet, by what they are about. */
  readonly #gathering = new Map<string, { readonly wishes: Wish[]; readonly found: Promise<Found> }>();

  /**
   * Asks about `subject`, which names all that the answer depends on but for the wishes, the clinic included. `read` is
   * called for the first to ask; it calls `depart` in the moment in which it sends, again where it has to send again,
   * and is told the wishes of all whom it answers, in the order in which they asked. Whatever it throws, all are thrown.
   */
  ask(subject: string, wish: Wish, read: (depart: () => readonly Wish[]) => Promise<Found>): Promise<Found> {
    const joined = this.#gathering.get(subject);
    if (joined !== undefined && joined.wishes.length < MOST_TOGETHER) {
      joined.wishes.push(wish);
      return joined.found;
    }
    const wishes = [wish];
    const depart = (): readonly Wish[] => {
      if (this.#gathering.get(subject)?.wishes === wishes) this.#gathering.delete(subject);
      return wishes;
    };
    // Begun behind this call, so that even a read that departs at once is found gathering, and gone, in that order.
    const found = Promise.resolve()
      .then(() => read(depart))
      .finally(depart);
    this.#gathering.set(subject, { wishes, found });
    return found;
  }
}

/** Answered by one read. */
const MOST_TOGETHER = 1_000;
