/** A client of the simulator that says exactly what a test wants said, over HTTP. */
import { z } from 'zod';
import type { SimEvent } from './calendars.ts';
import { type GoogleSim, type GoogleSimOptions, startGoogleSim } from './server.ts';

export const CALENDAR = 'priya@clinic.test';

const granted = z.object({ access_token: z.string() });
const answer = z.looseObject({
  id: z.string(),
  etag: z.string(),
  status: z.string(),
  items: z.array(z.looseObject({ id: z.string(), status: z.string() })),
  nextPageToken: z.string(),
  nextSyncToken: z.string(),
  resourceId: z.string(),
  error: z.looseObject({ code: z.number(), errors: z.array(z.looseObject({ reason: z.string() })) }),
});

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Partial<z.infer<typeof answer>>;
  /** Of a refusal. */
  readonly reason: string | undefined;
}

export interface Asked {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface TestClient {
  readonly sim: GoogleSim;
  readonly token: string;
  /** `path` below the API's root. */
  readonly ask: (method: string, path: string, asked?: Asked) => Promise<Answer>;
  /** `path` below `/events` of the test's calendar. */
  readonly events: (method: string, path?: string, asked?: Asked) => Promise<Answer>;
  readonly form: (
    fields: Readonly<Record<string, string>>,
  ) => Promise<{ status: number; body: Record<string, unknown> }>;
  readonly control: (method: string, path: string, body?: unknown) => Promise<{ status: number; body: unknown }>;
  readonly close: () => Promise<void>;
}

export const GRANT = { grant_type: 'refresh_token', client_id: 'c', client_secret: 's', refresh_token: 'r' };

const time = (ms: number): SimEvent['start'] => ({ dateTime: new Date(ms).toISOString() });

/** An event of half an hour, `minutes` after a fixed moment. */
export function halfHour(minutes = 0, more: SimEvent = {}): SimEvent {
  const at = Date.parse('2026-11-24T19:00:00Z') + minutes * 60_000;
  return { summary: 'Botox', start: time(at), end: time(at + 30 * 60_000), ...more };
}

export async function openSim(options: GoogleSimOptions = {}): Promise<TestClient> {
  const calendars = [{ id: CALENDAR, timeZone: 'America/New_York' }];
  const sim = await startGoogleSim({ calendars, ...options });
  const form: TestClient['form'] = async (fields) => {
    const response = await fetch(`${sim.url}/token`, { method: 'POST', body: new URLSearchParams(fields) });
    return { status: response.status, body: z.record(z.string(), z.unknown()).parse(await response.json()) };
  };
  const first = options.accounts ? undefined : granted.parse((await form(GRANT)).body).access_token;
  const ask: TestClient['ask'] = async (method, path, { body, query = {}, headers = {}, signal } = {}) => {
    const response = await fetch(`${sim.url}/calendar/v3${path}?${new URLSearchParams(query).toString()}`, {
      method,
      headers: { authorization: `Bearer ${first ?? 'none'}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    const text = await response.text();
    const found = answer.partial().parse(text === '' ? {} : JSON.parse(text));
    return { status: response.status, headers: response.headers, body: found, reason: found.error?.errors[0]?.reason };
  };
  return {
    sim,
    token: first ?? '',
    ask,
    events: (method, path = '', asked) =>
      ask(method, `/calendars/${encodeURIComponent(CALENDAR)}/events${path}`, asked),
    form,
    async control(method, path, body) {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`${sim.url}/sim/${path}`, { method, ...sent });
      return { status: response.status, body: await response.json() };
    },
    close: () => sim.stop(),
  };
}
