/**
 * Keeps the living: one entry a call, so that a node knows how many it has, finds one by name and can end all of them.
 * What crashes is forgotten and told of; nobody else notices.
 */
export interface Child {
  /** Ends it; resolves when everything it held is let go. Called at most once. */
  stop(reason: string): Promise<void>;
}

export class Supervisor<C extends Child> {
  private readonly children = new Map<string, C>();

  get size(): number {
    return this.children.size;
  }

  add(name: string, child: C): void {
    if (this.children.has(name)) throw new Error('a child of this name lives already');
    this.children.set(name, child);
  }

  find(name: string): C | undefined {
    return this.children.get(name);
  }

  /** Forgets a child that ended by itself; harmless where another of that name took its place. */
  remove(name: string, child: C): void {
    if (this.children.get(name) === child) this.children.delete(name);
  }

  [Symbol.iterator](): IterableIterator<C> {
    return [...this.children.values()][Symbol.iterator]();
  }

  /** Ends every child at once; what fails to end is reported, not thrown before the others had their turn. */
  async stopAll(reason: string): Promise<readonly unknown[]> {
    const living = [...this.children.values()];
    this.children.clear();
    const results = await Promise.allSettled(living.map((child) => child.stop(reason)));
    return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  }
}
