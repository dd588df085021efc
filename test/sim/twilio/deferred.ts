/** A promise that is resolved from outside. */
export class Deferred<Value> {
  readonly promise: Promise<Value>;
  private settle: ((value: Value) => void) | undefined;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  resolve(value: Value): void {
    this.settle?.(value);
  }
}
