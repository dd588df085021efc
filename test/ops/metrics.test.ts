import { describe, expect, onTestFinished, test } from 'vitest';
import { createEvents, type EventBus } from '../../ops/events.ts';
import { createMetrics, type Metrics } from '../../ops/metrics.ts';

/** The metrics of the contract that today's events feed. */
const CONTRACT = [
  'ava_calls_active',
  'ava_calls_capacity',
  'ava_calls_total',
  'ava_calls_shed_total',
  'ava_call_duration_seconds',
  'ava_first_audio_seconds',
  'ava_relay_latency_seconds',
  'ava_first_heard_seconds',
  'ava_interruptions_total',
  'ava_tool_duration_seconds',
  'ava_upstream_errors_total',
  'ava_upstream_reconnects_total',
  'ava_tokens_total',
  'ava_cost_usd_total',
  'ava_bookings_total',
  'ava_calendar_api_errors_total',
  'ava_calendar_sync_lag_seconds',
  'ava_http_requests_total',
  'ava_http_request_duration_seconds',
  'ava_queue_jobs',
  'ava_job_duration_seconds',
  'ava_checkpoint_seconds',
  'ava_checkpoint_lag_seconds',
  'ava_event_loop_lag_seconds',
  'ava_unhandled_errors_total',
];

function opened(): { events: EventBus; metrics: Metrics; text: () => Promise<string> } {
  const events = createEvents();
  const metrics = createMetrics({
    events,
    build: { version: '0.1.0', node: '20', uws: '20.56' },
    calls: { active: () => 3, capacity: () => 200, checkpointLagS: () => 0.5 },
    realtimeModel: 'gpt-realtime-2.1',
  });
  onTestFinished(() => metrics.close());
  return { events, metrics, text: async () => (await metrics.metricsText()).text };
}

const ids = { callSid: 'CA1', conversationId: 'c1', clinicId: 'radiance' };
const usage = { textIn: 1000, textInCached: 0, audioIn: 1_000_000, audioInCached: 500, textOut: 10, audioOut: 20 };

function aCallAndItsRequests(events: EventBus): void {
  events.emit('call.started', { ...ids, channel: 'voice' });
  events.emit('turn.caller', { ...ids, n: 1, pii: { text: 'I am Jane, +15551234567' } });
  events.emit('turn.first_audio', { ...ids, ms: 640 });
  events.emit('media.relayed', { direction: 'to_model', ms: 0.2 });
  events.emit('turn.first_heard', { ...ids, ms: 810 });
  events.emit('turn.interrupted', { ...ids, heardMs: 100 });
  events.emit('tool.finished', { ...ids, tool: 'book_appointment', result: 'success', ms: 30 });
  events.emit('booking.finished', { ...ids, result: 'booked' });
  events.emit('model.usage', { ...ids, usage });
  events.emit('model.transcribed', {
    ...ids,
    usage: { seconds: 120, tokensIn: 3, tokensOut: 0 },
    model: 'gpt-transcribe',
  });
  events.emit('phrases.rendered', { clinicId: 'radiance', rendered: 27, refused: 1 });
  events.emit('model.error', { ...ids, kind: 'closed', code: '1011' });
  events.emit('model.reconnected', { ...ids, result: 'resumed', ms: 80 });
  events.emit('model.limit_near', { ...ids, limit: 'tokens', share: 0.05, resetMs: 1_000 });
  events.emit('call.ended', {
    ...ids,
    channel: 'voice',
    outcome: 'appointment_scheduled',
    endedBy: 'caller',
    durationMs: 61_000,
  });
  events.emit('call.shed', { ...ids, reason: 'full' });
  events.emit('http.request', {
    requestId: 'r1',
    route: '/twilio/voice',
    method: 'POST',
    status: 200,
    ms: 4,
    aborted: false,
  });
  events.emit('process.unhandled', { kind: 'rejection', error: new Error('x') });
}

describe('metrics', () => {
  test('have the names of the contract, and say what happened', async () => {
    const { events, text } = opened();
    aCallAndItsRequests(events);
    const page = await text();
    for (const name of CONTRACT) expect(page).toMatch(new RegExp(`^# TYPE ${name} `, 'm'));
    expect(page).toContain('ava_calls_active 3\n');
    expect(page).toContain('ava_calls_total{outcome="appointment_scheduled",channel="voice"} 1\n');
    expect(page).toContain('ava_call_duration_seconds_bucket{le="120"} 1\n');
    expect(page).toContain('ava_call_duration_seconds_bucket{le="60"} 0\n');
    expect(page).toContain('ava_first_audio_seconds_sum 0.64\n');
    expect(page).toContain('ava_relay_latency_seconds_bucket{le="0.00025",direction="to_model"} 1\n');
    expect(page).toContain('ava_checkpoint_lag_seconds 0.5\n');
    expect(page).toContain('ava_tool_duration_seconds_count{tool="book_appointment",result="success"} 1\n');
    expect(page).toContain('ava_tokens_total{kind="audio_in_cached"} 500\n');
    expect(page).toContain('ava_cost_usd_total{kind="audio_in"} 32\n');
    expect(page).toContain('ava_cost_usd_total{kind="transcription"} 0.009\n');
    expect(page).toContain('ava_transcribed_seconds_total 120\n');
    expect(page).toContain('ava_tokens_total{kind="transcription_in"} 3\n');
    expect(page).toContain('ava_phrases_total{result="rendered"} 27\n');
    expect(page).toContain('ava_phrases_total{result="refused"} 1\n');
    expect(page).toContain('ava_first_heard_seconds_sum 0.81\n');
    expect(page).toContain('ava_http_requests_total{route="/twilio/voice",method="POST",status="200"} 1\n');
    expect(page).toContain('ava_build_info{version="0.1.0",node="20",uws="20.56"} 1\n');
    expect(page).toMatch(/^process_resident_memory_bytes \d/m);
  });

  test('carry no id, no words and no numbers of callers', async () => {
    const { events, text } = opened();
    aCallAndItsRequests(events);
    expect(await text()).not.toMatch(/CA1|"c1"|r1"|Jane|5551234567/);
  });

  test('stay as few as they are, whatever strangers make up', async () => {
    const { events, text } = opened();
    const request = { requestId: 'r', status: 404, ms: 1, aborted: false };
    for (let n = 0; n < 1000; n += 1) {
      events.emit('tool.finished', { tool: `invented_${n}`, result: 'invalid_arguments', ms: 1 });
      events.emit('http.request', { ...request, route: `/made-up/${n}`, method: `M${n}` });
      events.emit('http.request', { ...request, route: '/x', method: 'GET', status: n });
      events.emit('media.violation', { kind: `kind ${n}` });
      events.emit('call.refused', { reason: `"}\n${n}` });
      events.emit('model.usage', { usage, model: `model-${n}` });
      events.emit('job.finished', { queue: `queue-${n}`, result: 'done', attempt: 1, ms: 1 });
    }
    const page = await text();
    const series = page.split('\n').filter((line) => line.startsWith('ava_'));
    expect(series.length).toBeLessThan(2600);
    expect(page).toContain('ava_http_requests_total{route="other",method="other",status="404"} 901\n');
    expect(page).toContain('ava_calls_refused_total{reason="other"} 1000\n');
    expect(page).toContain('ava_tokens_total{kind="text_out"} 10000\n');
    expect(page).toContain('ava_cost_usd_total{kind="text_out"} 0\n');
  });

  test('tell how jobs went and how many wait, and nothing where nobody knows', async () => {
    const { events, text } = opened();
    const jobs = { waiting: 4, active: 1, delayed: 2, failed: 0 };
    events.emit('job.finished', { queue: 'housekeeping', result: 'done', attempt: 1, ms: 40 });
    events.emit('job.finished', { queue: 'housekeeping', result: 'retry', attempt: 1, ms: 2_000 });
    events.emit('queue.counted', { queue: 'housekeeping', jobs });
    events.emit('queue.counted', { queue: 'errands', jobs });
    expect(await text()).toContain('ava_queue_jobs{queue="housekeeping",state="waiting"} 4\n');
    expect(await text()).toContain('ava_job_duration_seconds_sum{queue="housekeeping",result="retry"} 2\n');
    events.emit('queue.lost', { queue: 'housekeeping', error: new Error('away') });
    expect(await text()).not.toMatch(/ava_queue_jobs\{queue="housekeeping"/);
    expect(await text()).toContain('ava_queue_jobs{queue="errands",state="delayed"} 2\n');
  });

  test('tell which dependencies answer', async () => {
    const { events, text } = opened();
    events.emit('dependency.back', { name: 'postgres' });
    events.emit('dependency.lost', { name: 'redis', error: new Error('x') });
    // Who can't tell when it is over says nothing of a dependency.
    events.emit('store.failed', { what: 'hold', error: new Error('x') });
    expect(await text()).toMatch(/ava_dependency_up\{name="postgres"\} 1\nava_dependency_up\{name="redis"\} 0/);
    expect(await text()).toContain('ava_store_failures_total{what="hold"} 1');
  });

  test('tell what waits in the outbox, how late calendars are written, and why they are not', async () => {
    const { events, text } = opened();
    events.emit('outbox.counted', { pending: 3, oldestMs: 4_500, dead: 1 });
    events.emit('calendar.written', { result: 'shown', lagMs: 700 });
    const failed = { appointmentId: 'a1', status: 429, reason: 'busy 429', attempts: 1, error: undefined };
    events.emit('calendar.write_failed', { ...failed, kind: 'busy', afterMs: 2_000 });
    events.emit('calendar.write_failed', { ...failed, kind: 'refused', afterMs: null });
    const page = await text();
    for (const line of [
      'ava_outbox_pending 3',
      'ava_outbox_oldest_seconds 4.5',
      'ava_outbox_dead 1',
      'ava_calendar_write_lag_seconds_bucket{le="1"} 1',
      'ava_calendar_write_failures_total{kind="busy",final="false"} 1',
      'ava_calendar_write_failures_total{kind="refused",final="true"} 1',
    ])
      expect(page).toContain(`${line}\n`);
  });

  test('read gauges when they are scraped, and stop counting when closed', async () => {
    const { events, metrics, text } = opened();
    let pending = 1;
    metrics.gauge({ name: 'ava_things_pending', help: 'Things that wait', read: () => pending });
    expect(await text()).toContain('ava_things_pending 1\n');
    pending = 2;
    expect(await text()).toContain('ava_things_pending 2\n');
    metrics.close();
    events.emit('turn.interrupted', { heardMs: 1 });
    expect(await text()).not.toContain('ava_interruptions_total');
  });

  test('notice a loop that is held up', async () => {
    const { text } = opened();
    const lagS = async (): Promise<number> =>
      Number(/^ava_event_loop_lag_seconds (\S+)$/m.exec(await text())?.[1] ?? Number.NaN);
    expect(await lagS()).toBeGreaterThanOrEqual(0);
    await new Promise((resolve) => setTimeout(resolve, 30));
    const until = performance.now() + 200;
    while (performance.now() < until);
    await expect.poll(lagS, { timeout: 5000 }).toBeGreaterThan(0.1);
  });
});

test('whether sessions with the model are to be had, how often one was replaced, and what limit is near', async () => {
  const { events, text } = opened();
  expect(await text()).toMatch(/^ava_upstream_circuit_open 0$/m);
  events.emit('model.circuit', { state: 'open' });
  aCallAndItsRequests(events);
  expect(await text()).toMatch(/^ava_upstream_circuit_open 1$/m);
  expect(await text()).toMatch(/^ava_upstream_reconnects_total\{result="resumed"\} 1$/m);
  expect(await text()).toMatch(/^ava_upstream_limit_near_total\{limit="tokens"\} 1$/m);
  events.emit('model.circuit', { state: 'closed' });
  expect(await text()).toMatch(/^ava_upstream_circuit_open 0$/m);
});

test('scores are counted by what came of them, and satisfaction by what a model judged alone', async () => {
  const { events, text } = opened();
  const scored = {
    ...ids,
    sentiment: 'mixed',
    satisfaction: 6.5,
    followUpNeeded: true,
    result: 'scored',
    ms: 900,
  } as const;
  events.emit('conversation.scored', scored);
  events.emit('conversation.scored', {
    ...scored,
    sentiment: 'neutral',
    satisfaction: 5,
    followUpNeeded: false,
    result: 'failed',
  });
  events.emit('model.usage', {
    ...ids,
    model: 'gpt-5.4-nano',
    usage: { ...usage, audioIn: 0, audioInCached: 0, audioOut: 0 },
  });
  const page = await text();
  expect(page).toContain('ava_scores_total{result="scored",sentiment="mixed"} 1\n');
  expect(page).toContain('ava_scores_total{result="failed",sentiment="neutral"} 1\n');
  expect(page).toContain('ava_satisfaction_score_sum 6.5\n');
  expect(page).toContain('ava_satisfaction_score_count 1\n');
  expect(page).toContain('ava_follow_ups_total 1\n');
  expect(page).toContain('ava_cost_usd_total{kind="text_in"} 0.0002\n');
  expect(page).toContain('ava_cost_usd_total{kind="text_out"} 0.0000125\n');
});
