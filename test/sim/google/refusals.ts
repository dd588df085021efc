/** What the service refuses, in its own words: statuses, reasons and bodies as its guide to errors shows them. */

/** An error of the Calendar API. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;
  readonly reason: string;
  readonly domain: string;
  /** Told by a `Retry-After` header. */
  readonly retryAfterS: number | undefined;

  constructor(status: number, reason: string, message: string, more: { domain?: string; retryAfterS?: number } = {}) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.domain = more.domain ?? 'global';
    this.retryAfterS = more.retryAfterS;
  }

  body(): unknown {
    const { status: code, message, domain, reason } = this;
    return { error: { code, message, errors: [{ message, domain, reason }] } };
  }
}

/** An error of the token endpoint, by RFC 6749. */
export class TokenRefusal extends Error {
  override readonly name = 'TokenRefusal';
  readonly status: number;
  readonly error: string;

  constructor(error: string, description: string, status = 400) {
    super(description);
    this.error = error;
    this.status = status;
  }

  body(): unknown {
    return { error: this.error, error_description: this.message };
  }
}

export const invalid = (message: string, reason = 'invalid'): ApiRefusal => new ApiRefusal(400, reason, message);

export const missing = (message: string): ApiRefusal => invalid(message, 'required');

export const emptyRange = (): ApiRefusal =>
  new ApiRefusal(400, 'timeRangeEmpty', 'The specified time range is empty.', { domain: 'calendar' });

export const unauthorized = (): ApiRefusal => new ApiRefusal(401, 'authError', 'Invalid Credentials');

export const notFound = (): ApiRefusal => new ApiRefusal(404, 'notFound', 'Not Found');

export const duplicate = (): ApiRefusal => new ApiRefusal(409, 'duplicate', 'The requested identifier already exists.');

export const deleted = (): ApiRefusal => new ApiRefusal(410, 'deleted', 'Resource has been deleted');

export const fullSyncRequired = (): ApiRefusal =>
  new ApiRefusal(410, 'fullSyncRequired', 'Sync token is no longer valid, a full sync is required.', {
    domain: 'calendar',
  });

export const preconditionFailed = (): ApiRefusal => new ApiRefusal(412, 'conditionNotMet', 'Precondition Failed');

/** Over a quota: the service answers 403 or 429 for the same thing, as it likes. */
export function rateLimited(status: 403 | 429, whose: 'project' | 'user', retryAfterS?: number): ApiRefusal {
  const user = whose === 'user' && status === 403;
  const reason = user ? 'userRateLimitExceeded' : 'rateLimitExceeded';
  const message = user ? 'User Rate Limit Exceeded' : 'Rate Limit Exceeded';
  return new ApiRefusal(status, reason, message, {
    domain: 'usageLimits',
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  });
}

export const backendError = (status: number): ApiRefusal => new ApiRefusal(status, 'backendError', 'Backend Error');
