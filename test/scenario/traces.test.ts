import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredConversation } from '../../db/conversation-reader.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import { type GoogleSim, startGoogleSim } from '../sim/google/server.ts';
import { type OtlpSim, startOtlpSim } from '../sim/otlp/server.ts';
import type { ReceivedSpan } from '../sim/otlp/spans.ts';
import type { Call } from '../sim/twilio/call.ts';
import { type AvaStand, startAva, until } from '../support/ava.ts';

const CALLER = '+15550107777';
const CALENDARS = ['priya', 'elena', 'maya'].map((name) => `${name}@radiance.test`);
const REFRESH_TOKEN = 'a-refresh-token-of-a-test-that-nobody-may-see';
const SESSION_SECRET = 'a-session-secret-of-a-test-that-nobody-may-see';

let collector: OtlpSim;
let google: GoogleSim;
let ava: AvaStand;
let call: Call;
let conversation: StoredConversation;
let carried: string;
beforeAll(async () => {
  [collector, google] = await Promise.all([
    startOtlpSim(),
    startGoogleSim({ calendars: CALENDARS.map((id) => ({ id })) }),
  ]);
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    NODE_ID: 'node-t',
    SESSION_SECRET,
    GOOGLE_CALENDAR_BASE_URL: google.url,
    GOOGLE_CREDENTIALS: JSON.stringify({
      type: 'authorized_user',
      client_id: 'a-client',
      client_secret: 'a-client-secret-of-a-test',
      refresh_token: REFRESH_TOKEN,
    }),
  };
  ava = await startAva({ at: '2026-10-27T14:00:00Z', environment });
  call = ava.place(scenario('book'), { from: CALLER });
  await call.ended;
  conversation = await ava.scored(call);
  const [row] = await ava.database.unbound(
    'outbox',
    (sql) => sql`select trace_context from outbox where kind = 'sync_appointment'`,
  );
  carried = String(row?.['trace_context']);
  await until('the appointment to be in its calendar', 10_000, () => CALENDARS.flatMap((id) => google.live(id))[0]);
  // What is left is sent when the node stops.
  await ava.stop();
}, 90_000);
afterAll(() => Promise.all([collector.stop(), google.stop()]));

const named = (name: string): readonly ReceivedSpan[] => collector.spans.filter((span) => span.name === name);

function only(name: string): ReceivedSpan {
  const [span, ...others] = named(name);
  if (!span || others.length > 0) throw new Error(`${named(name).length} spans ${name}`);
  return span;
}

describe('a booking over the telephone', () => {
  it('is one trace, from the caller’s turn to the row in the outbox', () => {
    const book = only('tool book_appointment');
    const transaction = only('postgres book');
    const [turn, ...others] = collector.spans.filter(({ spanId }) => spanId === book.parentId);
    expect(others).toEqual([]);
    expect(turn).toMatchObject({ name: 'caller turn', kind: 'server', parentId: '' });
    expect(book).toMatchObject({ traceId: turn?.traceId, attributes: { 'ava.tool.result': 'success' } });
    expect(transaction).toMatchObject({ traceId: turn?.traceId, parentId: book.spanId, kind: 'client', failed: false });
    expect(carried).toBe(`00-${turn?.traceId}-${transaction.spanId}-01`);
  });

  it('goes on in that trace with the job on its row, and what Google answered', () => {
    const [, traceId, rowSpan] = carried.split('-');
    const job = only('process sync-appointment');
    expect(job).toMatchObject({ traceId, parentId: rowSpan, kind: 'consumer', failed: false });
    // Besides a token, where no look at a calendar has fetched one before.
    const asked = collector.spans.filter(
      ({ name, parentId }) => name.includes('/calendar/v3/') && parentId === job.spanId,
    );
    expect(asked.map(({ name, attributes }) => [name, attributes['http.response.status_code']])).toEqual([
      ['google GET /calendar/v3/calendars/{}/events/{}', 404],
      ['google POST /calendar/v3/calendars/{}/events', 200],
    ]);
    expect(asked.map(({ kind }) => kind)).toEqual(['client', 'client']);
    expect(only('postgres settle_event')).toMatchObject({ traceId, parentId: job.spanId });
  });

  it('has its scoring traced too, with what OpenAI answered', () => {
    const job = only('process score-conversation');
    expect(job).toMatchObject({ kind: 'consumer', failed: false });
    expect(only('openai POST /v1/responses')).toMatchObject({
      traceId: job.traceId,
      parentId: job.spanId,
      kind: 'client',
      attributes: { 'http.response.status_code': 200 },
    });
  });

  it('has a trace for each turn of the caller, with what the model answered, linked to the call', () => {
    const theCall = only('call');
    const turns = named('caller turn');
    const said = conversation.turns.filter(({ role }) => role === 'customer');
    expect(turns.map(({ attributes }) => attributes['ava.turn.n'])).toEqual(said.map(({ n }) => n));
    expect(new Set(turns.map(({ traceId }) => traceId)).size).toBe(turns.length);
    expect(theCall).toMatchObject({
      parentId: '',
      attributes: { 'ava.channel': 'voice', 'ava.call.outcome': 'appointment_scheduled', 'ava.call.ended_by': 'ava' },
    });
    for (const turn of turns) {
      expect(turn.links).toEqual([{ traceId: theCall.traceId, spanId: theCall.spanId }]);
      expect(turn.attributes).toMatchObject({
        'ava.conversation.id': theCall.attributes['ava.conversation.id'],
        'ava.turn.first_audio_ms': expect.any(Number),
      });
      const answers = named('model response').filter(({ traceId }) => traceId === turn.traceId);
      expect(answers.map(({ parentId }) => parentId)).toContain(turn.spanId);
    }
  });

  it('has a trace for each request of the phone network, and none for what runs by itself', () => {
    expect(only('POST /twilio/voice')).toMatchObject({
      kind: 'server',
      parentId: '',
      attributes: { 'http.route': '/twilio/voice', 'http.response.status_code': 200 },
    });
    const roots = collector.spans.filter(({ parentId }) => parentId === '');
    expect(new Set(roots.map(({ kind }) => kind))).not.toContain('internal');
    expect(new Set(roots.map(({ kind }) => kind))).not.toContain('client');
  });

  it('is told of by this node, in words that a collector understands', () => {
    expect(collector.refusals).toEqual([]);
    for (const { resource } of collector.spans) {
      expect(resource).toEqual({ 'service.name': 'ava', 'service.instance.id': 'node-t', 'service.version': 'test' });
    }
  });

  it('tells nothing of the caller, and no secret', () => {
    const sent = collector.bytes().toString('latin1');
    expect(sent).toContain('tool book_appointment');
    const [appointment] = conversation.appointments;
    if (!appointment?.email) throw new Error('the caller left no address');
    const callers = [CALLER, appointment.customer, appointment.phone, appointment.email, call.sid];
    const words = [...call.said.map(({ text }) => text), ...conversation.turns.map(({ text }) => text)];
    const secrets = [ava.authToken, SESSION_SECRET, REFRESH_TOKEN, 'a-client-secret', 'sk-', 'Bearer', ...CALENDARS];
    for (const text of [...callers, ...words, ...secrets]) {
      expect(sent, text).not.toContain(text);
      expect(sent, text).not.toContain(text.replace('+1', ''));
    }
  });
});
