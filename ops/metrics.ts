/**
 * The metrics of the contract, section 5, in Prometheus' text. The only importer of prom-client. Fed by subscribing to
 * the bus, and by gauges that are read when somebody scrapes; lives as long as the process. No label carries a phone
 * number, a name, a call id or anything a stranger can choose (metrics/labels.ts), and an event's `pii` is never read.
 *
 * Long, since it is the one importer: a function a subject, which share nothing but the meter.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AvaEvents, QueuedJobs, TokenUsage } from '../src/domain/events.ts';
import { tokenCostUsd, transcriptionCostUsd } from '../src/domain/prices.ts';
import { TOKEN_KINDS } from '../src/domain/usage.ts';
import type { EventBus } from './events.ts';
import { watchEventLoop } from './metrics/event-loop.ts';
import { boundedLabel, closedLabel } from './metrics/labels.ts';

const SECONDS = {
  call: [5, 15, 30, 60, 120, 180, 300, 600, 1200, 2400, 3600],
  firstAudio: [0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10],
  query: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  tool: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  connect: [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 5, 10],
  relay: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1],
  lag: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 1800, 7200],
  job: [0.005, 0.025, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  http: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
} as const;

const SATISFACTION_STEPS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/** How often the process defaults look at the event loop; stalls have a gauge of their own, which looks more often. */
const LOOP_LOOK_MS = 200;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'WS'];
const ROUTE_LIMIT = 100;
const TOOL_LIMIT = 20;
const QUEUE_LIMIT = 32;
const CODE_LIMIT = 32;
const QUERY_LIMIT = 64;

const TOKEN_LABELS: Readonly<Record<keyof TokenUsage, string>> = {
  textIn: 'text_in',
  textInCached: 'text_in_cached',
  audioIn: 'audio_in',
  audioInCached: 'audio_in_cached',
  textOut: 'text_out',
  audioOut: 'audio_out',
};
const JOB_STATES: readonly (keyof QueuedJobs)[] = ['waiting', 'active', 'delayed', 'failed'];

/** A number that is read when somebody scrapes. */
export interface GaugeSource {
  /** `ava_…`, with its unit at the end. */
  readonly name: string;
  readonly help: string;
  readonly read: () => number;
}

export interface MetricsOptions {
  readonly events: EventBus;
  /** `uws` says which build of uWebSockets.js runs. */
  readonly build: { readonly version: string; readonly node: string; readonly uws: string };
  readonly calls: {
    readonly active: () => number;
    readonly capacity: () => number;
    /** For how long the call that is behind longest has not been kept in full, s. */
    readonly checkpointLagS: () => number;
  };
  /** Whose prices apply to usage that names no model. */
  readonly realtimeModel: string;
}

export interface Metrics {
  /** Everything, as a scraper wants it. */
  readonly metricsText: () => Promise<{ readonly contentType: string; readonly text: string }>;
  /** Adds a gauge; throws where the name is taken. */
  gauge(source: GaugeSource): void;
  /** Stops listening and measuring. */
  readonly close: () => void;
}

/** What the parts below share: a registry, and one way to subscribe that `close` undoes. */
interface Meter {
  readonly registers: Registry[];
  readonly on: EventBus['on'];
}

function addGauge(registers: Registry[], { name, help, read }: GaugeSource): void {
  const gauge: Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(read()) });
}

function meterCalls({ registers, on }: Meter): void {
  const ended = new Counter({
    name: 'ava_calls_total',
    help: 'Conversations that ended',
    labelNames: ['outcome', 'channel'] as const,
    registers,
  });
  const shed = new Counter({
    name: 'ava_calls_shed_total',
    help: 'Calls sent to staff or voicemail, since this node could not take them',
    labelNames: ['reason'] as const,
    registers,
  });
  const refused = new Counter({
    name: 'ava_calls_refused_total',
    help: 'Calls and streams that were refused: an unknown number, a bad token',
    labelNames: ['reason'] as const,
    registers,
  });
  const duration = new Histogram({
    name: 'ava_call_duration_seconds',
    help: 'From the start of a conversation to its end',
    buckets: [...SECONDS.call],
    registers,
  });
  const reasonOf = boundedLabel(CODE_LIMIT);
  on('call.ended', ({ outcome, channel, durationMs }) => {
    ended.inc({ outcome, channel });
    duration.observe(durationMs / 1000);
  });
  on('call.shed', ({ reason }) => shed.inc({ reason }));
  on('call.refused', ({ reason }) => refused.inc({ reason: reasonOf(reason) }));
}

function meterResumes({ registers, on }: Meter): void {
  const resumes = new Counter({
    name: 'ava_call_resumes_total',
    help: 'Calls that were to go on over another line, by why and what came of it',
    labelNames: ['reason', 'result'] as const,
    registers,
  });
  const duration = new Histogram({
    name: 'ava_call_resume_seconds',
    help: 'From the break of a line on this node, or from the claim of another node’s call, until the call went on',
    buckets: [...SECONDS.connect],
    registers,
  });
  const watched = new Counter({
    name: 'ava_call_watch_total',
    help: 'Calls that nobody took care of, by why and what came of asking the phone network about them',
    labelNames: ['cause', 'result'] as const,
    registers,
  });
  const kept = new Histogram({
    name: 'ava_checkpoint_seconds',
    help: 'From asking for a call to be kept outside its node until it was, or was not',
    labelNames: ['result'] as const,
    buckets: [...SECONDS.query],
    registers,
  });
  on('call.resumed', ({ reason, result, ms }) => {
    resumes.inc({ reason, result });
    if (result === 'resumed') duration.observe(ms / 1000);
  });
  on('call.watched', ({ cause, result }) => watched.inc({ cause, result }));
  on('call.kept', ({ result, ms }) => kept.observe({ result }, ms / 1000));
}

function meterTurns({ registers, on }: Meter): void {
  const firstAudio = new Histogram({
    name: 'ava_first_audio_seconds',
    help: 'From the end of the caller’s words to the first sample of the reply',
    buckets: [...SECONDS.firstAudio],
    registers,
  });
  const firstHeard = new Histogram({
    name: 'ava_first_heard_seconds',
    help: 'From the end of the caller’s words until the line confirmed that the reply had begun to play',
    buckets: [...SECONDS.firstAudio],
    registers,
  });
  const interruptions = new Counter({
    name: 'ava_interruptions_total',
    help: 'Replies that the caller spoke into',
    registers,
  });
  on('turn.first_audio', ({ ms }) => firstAudio.observe(ms / 1000));
  on('turn.first_heard', ({ ms }) => firstHeard.observe(ms / 1000));
  on('turn.interrupted', () => interruptions.inc());
}

function meterTools({ registers, on }: Meter): void {
  const duration = new Histogram({
    name: 'ava_tool_duration_seconds',
    help: 'Tools of the receptionist, by result: success or the failure’s code',
    labelNames: ['tool', 'result'] as const,
    buckets: [...SECONDS.tool],
    registers,
  });
  const bookings = new Counter({
    name: 'ava_bookings_total',
    help: 'Attempts to book, by what came of them',
    labelNames: ['result'] as const,
    registers,
  });
  const toolOf = boundedLabel(TOOL_LIMIT);
  on('tool.finished', ({ tool, result, ms }) => duration.observe({ tool: toolOf(tool), result }, ms / 1000));
  on('booking.finished', ({ result }) => bookings.inc({ result }));
}

function meterModel({ registers, on }: Meter, realtimeModel: string): void {
  const kind = ['kind'] as const;
  const errors = new Counter({
    name: 'ava_upstream_errors_total',
    help: 'Errors of the model’s service',
    labelNames: kind,
    registers,
  });
  const connect = new Histogram({
    name: 'ava_upstream_connect_seconds',
    help: 'Until a session with the model was ready',
    buckets: [...SECONDS.connect],
    registers,
  });
  const tokens = new Counter({ name: 'ava_tokens_total', help: 'Tokens billed', labelNames: kind, registers });
  const transcribed = new Counter({
    name: 'ava_transcribed_seconds_total',
    help: 'Seconds of callers’ speech written down, where that is billed by time',
    registers,
  });
  const cost = new Counter({
    name: 'ava_cost_usd_total',
    help: 'What the services of others cost, in US dollars, by list price',
    labelNames: kind,
    registers,
  });
  const phrases = new Counter({
    name: 'ava_phrases_total',
    help: 'Fixed phrases spoken by the model to be kept, by whether it said them word for word',
    labelNames: ['result'] as const,
    registers,
  });
  on('phrases.rendered', ({ rendered, refused }) => {
    phrases.inc({ result: 'rendered' }, rendered);
    phrases.inc({ result: 'refused' }, refused);
  });
  const reconnects = new Counter({
    name: 'ava_upstream_reconnects_total',
    help: 'Sessions with the model that another one was to follow, by what came of it',
    labelNames: ['result'] as const,
    registers,
  });
  const limitsNear = new Counter({
    name: 'ava_upstream_limit_near_total',
    help: 'Responses after which under a tenth of a rate limit was left',
    labelNames: ['limit'] as const,
    registers,
  });
  const circuit = new Gauge({
    name: 'ava_upstream_circuit_open',
    help: '1 while new calls go to staff, since no session with the model is to be had',
    registers,
  });
  const limitOf = closedLabel(['requests', 'tokens']);
  on('model.reconnected', ({ result }) => reconnects.inc({ result }));
  on('model.limit_near', ({ limit }) => limitsNear.inc({ limit: limitOf(limit) }));
  on('model.circuit', ({ state }) => circuit.set(state === 'open' ? 1 : 0));
  on('model.error', (event) => errors.inc({ kind: event.kind }));
  on('model.connected', ({ ms }) => connect.observe(ms / 1000));
  on('model.usage', ({ usage, model = realtimeModel }) => {
    for (const each of TOKEN_KINDS) {
      const label = { kind: TOKEN_LABELS[each] };
      tokens.inc(label, usage[each]);
      cost.inc(label, tokenCostUsd(model, each, usage[each]));
    }
  });
  on('model.transcribed', ({ usage, model }) => {
    transcribed.inc(usage.seconds);
    tokens.inc({ kind: 'transcription_in' }, usage.tokensIn);
    tokens.inc({ kind: 'transcription_out' }, usage.tokensOut);
    cost.inc({ kind: 'transcription' }, transcriptionCostUsd(model, usage));
  });
  on('text.sent', ({ costUsd }) => cost.inc({ kind: 'sms_out' }, costUsd));
  on('text.received', ({ costUsd }) => cost.inc({ kind: 'sms_in' }, costUsd));
}

function meterHttp({ registers, on }: Meter): void {
  const requests = new Counter({
    name: 'ava_http_requests_total',
    help: 'Requests answered, by route pattern',
    labelNames: ['route', 'method', 'status'] as const,
    registers,
  });
  const duration = new Histogram({
    name: 'ava_http_request_duration_seconds',
    help: 'From a request’s head to its answer',
    labelNames: ['route'] as const,
    buckets: [...SECONDS.http],
    registers,
  });
  const routeOf = boundedLabel(ROUTE_LIMIT);
  const methodOf = closedLabel(METHODS);
  const statusOf = boundedLabel(CODE_LIMIT);
  on('http.request', (request: AvaEvents['http.request']) => {
    const route = routeOf(request.route);
    requests.inc({ route, method: methodOf(request.method), status: statusOf(String(request.status)) });
    // The time of a request that its client gave up tells of the client.
    if (!request.aborted) duration.observe({ route }, request.ms / 1000);
  });
}

function meterCalendars({ registers, on }: Meter): void {
  const errors = new Counter({
    name: 'ava_calendar_api_errors_total',
    help: 'What calendars did not do, by the status of their service; without an answer, by why there was none',
    labelNames: ['status'] as const,
    registers,
  });
  const lag = new Gauge({
    name: 'ava_calendar_sync_lag_seconds',
    help: 'Age of the oldest copy of a calendar, as the node that looked last knows it',
    registers,
  });
  on('calendar.mirrors_aged', ({ oldestMs }) => lag.set((oldestMs ?? 0) / 1000));
  const statusOf = boundedLabel(CODE_LIMIT);
  on('calendar.troubled', ({ status, kind }) => errors.inc({ status: statusOf(status === 0 ? kind : String(status)) }));
}

function meterTexts({ registers, on }: Meter): void {
  const texts = new Counter({
    name: 'ava_texts_total',
    help: 'Text messages, by what came of handing them to the carrier, and by what the carrier told later',
    labelNames: ['result'] as const,
    registers,
  });
  const statusOf = closedLabel(['sent', 'delivered', 'undelivered', 'failed']);
  const answered = new Histogram({
    name: 'ava_text_answer_seconds',
    help: 'From what a customer wrote to the answer’s commit, without what the model took',
    buckets: [...SECONDS.tool],
    registers,
  });
  on('text.received', () => texts.inc({ result: 'received' }));
  on('text.limited', () => texts.inc({ result: 'limited' }));
  on('text.answered', ({ ms, modelMs }) => answered.observe(Math.max(0, ms - modelMs) / 1000));
  on('text.sent', () => texts.inc({ result: 'accepted' }));
  on('text.refused', ({ reason }) => texts.inc({ result: reason }));
  on('text.failed', ({ kind }) => texts.inc({ result: kind }));
  on('text.reported', ({ status }) => texts.inc({ result: statusOf(status) }));
}

function meterMedia({ registers, on }: Meter): void {
  const violations = new Counter({
    name: 'ava_media_violations_total',
    help: 'Frames of media streams that broke the protocol',
    labelNames: ['kind'] as const,
    registers,
  });
  const backpressure = new Counter({
    name: 'ava_media_backpressure_total',
    help: 'Sends to sockets that were read too slowly',
    labelNames: ['result'] as const,
    registers,
  });
  const stalled = new Counter({
    name: 'ava_media_stalled_total',
    help: 'Media streams of which nothing came any more, not even their end',
    registers,
  });
  const relayed = new Histogram({
    name: 'ava_relay_latency_seconds',
    help: 'From audio that a session is to have, or made, to handing it to the other socket: a sample of frames, and the first of each item',
    labelNames: ['direction'] as const,
    buckets: [...SECONDS.relay],
    registers,
  });
  const kindOf = boundedLabel(CODE_LIMIT);
  on('media.relayed', ({ direction, ms }) => relayed.observe({ direction }, ms / 1000));
  on('media.stalled', () => stalled.inc());
  on('media.violation', ({ kind }) => violations.inc({ kind: kindOf(kind) }));
  on('media.backpressure', ({ result }) => backpressure.inc({ result }));
}

function meterQueues({ registers, on }: Meter): void {
  const duration = new Histogram({
    name: 'ava_job_duration_seconds',
    help: 'Runs of jobs on this node, by what came of them',
    labelNames: ['queue', 'result'] as const,
    buckets: [...SECONDS.job],
    registers,
  });
  const jobs = new Gauge({
    name: 'ava_queue_jobs',
    help: 'Jobs of all workers together; every worker tells the same; absent while the queue is out of reach',
    labelNames: ['queue', 'state'] as const,
    registers,
  });
  const queueOf = boundedLabel(QUEUE_LIMIT);
  on('job.finished', ({ queue, result, ms }) => duration.observe({ queue: queueOf(queue), result }, ms / 1000));
  on('queue.counted', (counted) => {
    for (const state of JOB_STATES) jobs.set({ queue: queueOf(counted.queue), state }, counted.jobs[state]);
  });
  on('queue.lost', ({ queue }) => {
    for (const state of JOB_STATES) jobs.remove({ queue: queueOf(queue), state });
  });
}

function meterOutbox({ registers, on }: Meter): void {
  const pending = new Gauge({
    name: 'ava_outbox_pending',
    help: 'Work that outlives its call and is not done yet; every worker tells the same',
    registers,
  });
  const oldest = new Gauge({
    name: 'ava_outbox_oldest_seconds',
    help: 'Since when the oldest of it is pending; every worker tells the same',
    registers,
  });
  const dead = new Gauge({
    name: 'ava_outbox_dead',
    help: 'Work that was given up (npm run ops -- dead); every worker tells the same',
    registers,
  });
  const lag = new Histogram({
    name: 'ava_calendar_write_lag_seconds',
    help: 'From the commit of an appointment’s change until its calendar shows it',
    buckets: [...SECONDS.lag],
    registers,
  });
  const failures = new Counter({
    name: 'ava_calendar_write_failures_total',
    help: 'Attempts to write to a calendar that came to nothing, by cause and by whether they are made again',
    labelNames: ['kind', 'final'] as const,
    registers,
  });
  const healed = new Counter({
    name: 'ava_calendar_reconciled_total',
    help: 'Appointments compared with their calendars; events removed that the book knew nothing of; those written again',
    labelNames: ['result'] as const,
    registers,
  });
  on('calendar.reconciled', (report) => {
    for (const result of ['compared', 'removed', 'rewritten'] as const) healed.inc({ result }, report[result]);
  });
  on('outbox.counted', (counted) => {
    pending.set(counted.pending);
    oldest.set(counted.oldestMs / 1000);
    dead.set(counted.dead);
  });
  const webhooks = new Counter({
    name: 'ava_webhooks_total',
    help: 'Attempts to tell clinics’ own systems of events: delivered, failed and made again, or dead',
    labelNames: ['result'] as const,
    registers,
  });
  on('webhook.delivered', () => webhooks.inc({ result: 'delivered' }));
  on('webhook.failed', ({ afterMs }) => webhooks.inc({ result: afterMs === null ? 'dead' : 'failed' }));
  on('calendar.written', ({ lagMs }) => lag.observe(lagMs / 1000));
  on('calendar.write_failed', ({ kind, afterMs }) => failures.inc({ kind, final: String(afterMs === null) }));
}

function meterScores({ registers, on }: Meter): void {
  const scores = new Counter({
    name: 'ava_scores_total',
    help: 'Conversations scored, by how that came about and by the caller’s sentiment',
    labelNames: ['result', 'sentiment'] as const,
    registers,
  });
  const satisfaction = new Histogram({
    name: 'ava_satisfaction_score',
    help: 'Callers’ satisfaction from 1 to 10, where a model judged it',
    buckets: [...SATISFACTION_STEPS],
    registers,
  });
  const followUps = new Counter({
    name: 'ava_follow_ups_total',
    help: 'Conversations scored that left something for staff to do',
    registers,
  });
  on('conversation.scored', ({ result, sentiment, satisfaction: points, followUpNeeded }) => {
    scores.inc({ result, sentiment });
    if (result === 'scored') satisfaction.observe(points);
    if (followUpNeeded) followUps.inc();
  });
}

function meterDatabase({ registers, on }: Meter): void {
  const duration = new Histogram({
    name: 'ava_db_query_seconds',
    help: 'What the database was asked, by name, the wait for a connection included',
    labelNames: ['query'] as const,
    buckets: [...SECONDS.query],
    registers,
  });
  const queryOf = boundedLabel(QUERY_LIMIT);
  on('db.queried', ({ query, tookMs }) => duration.observe({ query: queryOf(query) }, tookMs / 1000));
}

function meterProcess({ registers, on }: Meter): void {
  const unhandled = new Counter({
    name: 'ava_unhandled_errors_total',
    help: 'Errors nobody expected: of the process, of a request, of a call',
    registers,
  });
  const up = new Gauge({
    name: 'ava_dependency_up',
    help: '1 while a dependency answers, 0 while it is lost; absent until it was first heard of',
    labelNames: ['name'] as const,
    registers,
  });
  const dropped = new Counter({
    name: 'ava_log_entries_dropped_total',
    help: 'Entries of conversations that could not be stored',
    registers,
  });
  const foldsDropped = new Counter({
    name: 'ava_call_events_dropped_total',
    help: 'Messages of calls that could not be stored for a replay; the record of what was said is not concerned',
    registers,
  });
  on('process.unhandled', () => unhandled.inc());
  on('http.failed', () => unhandled.inc());
  on('call.crashed', () => unhandled.inc());
  on('dependency.lost', ({ name }) => up.set({ name }, 0));
  on('dependency.back', ({ name }) => up.set({ name }, 1));
  const failures = new Counter({
    name: 'ava_store_failures_total',
    help: 'What could not be kept in Postgres at once, by what it was; most of it is tried again',
    labelNames: ['what'] as const,
    registers,
  });
  on('store.failed', ({ what }) => failures.inc({ what }));
  on('log.entries_dropped', ({ count }) => dropped.inc(count));
  on('log.folds_dropped', ({ count }) => foldsDropped.inc(count));
}

/** Starts counting what `events` tells. */
export function createMetrics({ events, build, calls, realtimeModel }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const subscriptions: (() => void)[] = [];
  const meter: Meter = {
    registers,
    on(name, subscriber) {
      const leave = events.on(name, subscriber);
      subscriptions.push(leave);
      return leave;
    },
  };
  const eventLoop = watchEventLoop();

  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_LOOK_MS });
  for (const part of [
    meterCalls,
    meterResumes,
    meterTurns,
    meterTools,
    meterHttp,
    meterCalendars,
    meterTexts,
    meterMedia,
    meterQueues,
    meterOutbox,
    meterScores,
    meterDatabase,
    meterProcess,
  ])
    part(meter);
  meterModel(meter, realtimeModel);
  const gauge = (source: GaugeSource): void => addGauge(registers, source);
  gauge({ name: 'ava_calls_active', help: 'Calls under way on this node', read: calls.active });
  gauge({ name: 'ava_calls_capacity', help: 'Calls this node takes before it sheds new ones', read: calls.capacity });
  gauge({
    name: 'ava_checkpoint_lag_seconds',
    help: 'For how long the call that is behind longest has not been kept in full outside this node',
    read: calls.checkpointLagS,
  });
  gauge({ name: 'ava_event_loop_lag_seconds', help: 'The longest stall of late', read: eventLoop.lagS });
  const labelNames = ['version', 'node', 'uws'] as const;
  new Gauge({ name: 'ava_build_info', help: 'What runs; always 1', labelNames, registers }).set({ ...build }, 1);

  return {
    metricsText: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
    gauge,
    close() {
      for (const leave of subscriptions) leave();
      eventLoop.close();
      registry.clear();
    },
  };
}
