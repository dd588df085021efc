/** Tells of an outage when it begins and when it is over, not at every failure in between. */
export interface OutageListener {
  readonly onLost?: ((error: unknown) => void) | undefined;
  readonly onBack?: (() => void) | undefined;
}

export class OutageReport {
  readonly #listener: OutageListener;
  #down = false;

  constructor(listener: OutageListener) {
    this.#listener = listener;
  }

  /** True from the first failure until something worked again. */
  get down(): boolean {
    return this.#down;
  }

  failed(error: unknown): void {
    if (this.#down) return;
    this.#down = true;
    this.#listener.onLost?.(error);
  }

  worked(): void {
    if (!this.#down) return;
    this.#down = false;
    this.#listener.onBack?.();
  }
}
