import type { ModelErrorKind } from './events.ts';

export interface ModelFailureFacts {
  readonly kind: ModelErrorKind;
  /** The service's own word for it where it has one, else ours, such as `http_503` or `timeout`. */
  readonly code: string;
  /** Asking again cannot help: the key, the account, the request or the model's own will is at fault. */
  readonly isFinal: boolean;
  /** How long the service asked to be left alone. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** Why the model's service gave no answer that is of use. */
export class ModelFailure extends Error {
  override readonly name = 'ModelFailure';
  readonly kind: ModelErrorKind;
  readonly code: string;
  readonly isFinal: boolean;
  readonly retryAfterMs: number | undefined;

  constructor({ kind, code, isFinal, retryAfterMs, cause }: ModelFailureFacts) {
    super(`the model gave no answer of use (${code})`, { cause });
    this.kind = kind;
    this.code = code;
    this.isFinal = isFinal;
    this.retryAfterMs = retryAfterMs;
  }
}
