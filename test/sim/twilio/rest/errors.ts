/** Errors of Twilio's REST API. Codes: twilio.com/docs/api/errors. */

export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  body(): Readonly<Record<string, unknown>> {
    const { code, message, status } = this;
    return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  }
}

export function notFound(path: string): RestError {
  return new RestError(404, 20_404, `The requested resource ${path} was not found`);
}

export function badRequest(code: number, message: string): RestError {
  return new RestError(400, code, message);
}
