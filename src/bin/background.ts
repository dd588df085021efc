/** What a node does besides calls: its heartbeat, in every role, and the jobs of a worker; a server does not even load what runs those. */
import { randomUUID } from 'node:crypto';
import { type Clock, systemClock } from '../../actors/kernel/clock.ts';
import { postgresBookingStore } from '../../db/bookings.ts';
import { postgresCalendarBook } from '../../db/calendar-book.ts';
import { postgresComparisonBook } from '../../db/calendar-comparison.ts';
import { postgresForgetting } from '../../db/forgetting.ts';
import { postgresHousekeeping } from '../../db/housekeeping.ts';
import { postgresMessageStore } from '../../db/messages.ts';
import { type Heartbeat, startHeartbeat } from '../../db/nodes.ts';
import { postgresNoticeReplies } from '../../db/notice-replies.ts';
import { postgresNoticeBook } from '../../db/notices.ts';
import {
  ANSWER_SMS,
  NOTIFY_CUSTOMER,
  OFFER_WAITLIST,
  postgresOutbox,
  SCORE_CONVERSATION,
  SEND_SMS,
  SYNC_APPOINTMENT,
} from '../../db/outbox.ts';
import type { Database } from '../../db/postgres.ts';
import { openRedis } from '../../db/redis.ts';
import { postgresScoreStore } from '../../db/scores.ts';
import { postgresTextBook } from '../../db/texts.ts';
import { postgresThreadBook, type ThreadTimes } from '../../db/thread-book.ts';
import { postgresWaitlistBook } from '../../db/waitlist-book.ts';
import { postgresWebhookStore } from '../../db/webhook-deliveries.ts';
import { DELIVER_WEBHOOK } from '../../db/webhook-events.ts';
import type { Config } from '../../ops/config.ts';
import { keyring } from '../../ops/encryption.ts';
import type { EventBus } from '../../ops/events.ts';
import type { Lifecycle } from '../../ops/lifecycle.ts';
import { tracedFetch } from '../../ops/traced-fetch.ts';
import type { Traces } from '../../ops/traces.ts';
import type { Job } from '../../queues/job.ts';
import { ANSWER_TEXTS_JOB, type AnswerTextsOptions, answerTextsJob } from '../../queues/jobs/answer-texts.ts';
import { calendarSyncJob } from '../../queues/jobs/calendar-sync.ts';
import { DELIVER_WEBHOOK_JOB, deliverWebhookJob } from '../../queues/jobs/deliver-webhook.ts';
import { housekeepingJob } from '../../queues/jobs/housekeeping.ts';
import { NOTIFY_CUSTOMER_JOB, notifyCustomerJob } from '../../queues/jobs/notify-customer.ts';
import { OFFER_WAITLIST_JOB, offerWaitlistJob } from '../../queues/jobs/offer-waitlist.ts';
import { reconcileCalendarsJob } from '../../queues/jobs/reconcile-calendars.ts';
import { SCORE_CONVERSATION_JOB, scoreConversationJob } from '../../queues/jobs/score-conversation.ts';
import { SEND_TEXTS_JOB, type SendTexts, sendTextsJob, textSender } from '../../queues/jobs/send-texts.ts';
import { SYNC_APPOINTMENT_JOB, syncAppointmentJob } from '../../queues/jobs/sync-appointment.ts';
import type { Bell } from '../../queues/relay.ts';
import type { RetryPolicy } from '../../queues/retry.ts';
import type { ClinicDirectory } from '../domain/ports.ts';
import type { ThreadBook } from '../domain/texting.ts';
import { smsStatusUrlOf } from '../http/routes/twilio-sms-status.ts';
import { type AskModel, responsesApi } from '../openai/responses.ts';
import { conversationScorer } from '../openai/scoring.ts';
import { textingModel } from '../openai/texting.ts';
import { twilioMessages } from '../twilio/messages.ts';
import { webhookSender } from '../webhooks/sending.ts';
import type { Reach } from '../webhooks/targets.ts';
import type { Calendars } from './calendars.ts';
import { answerThread, endQuietThreads } from './text-desk.ts';
import { watchTexts } from './text-watch.ts';

export interface BackgroundOptions {
  readonly config: Config;
  readonly events: EventBus;
  /** What stamps the node's calls; the machine's where nothing else is given. */
  readonly clock?: Clock;
  /** How often and how soon a model that could not score is asked again; as the table of policies says where absent. */
  readonly scoringPatience?: RetryPolicy | undefined;
  /** Where clinics' own systems may be: in public, where nothing else is given. No variable says so. */
  readonly webhookReach?: Reach | undefined;
  /** The same of one that gave no answer to a text. */
  readonly answeringPatience?: RetryPolicy | undefined;
  /** How long texts wait for each other; as the store's constants say where absent. */
  readonly threadTimes?: ThreadTimes | undefined;
}

/** Beats until everything opened after it is closed: calls that are being ended are not those of a lost node. */
export function openHeartbeat(
  options: BackgroundOptions,
  database: Database,
  lifecycle: Lifecycle,
): Promise<Heartbeat> {
  const { config, events, clock = systemClock() } = options;
  return lifecycle.add(
    'heartbeat',
    () =>
      startHeartbeat(
        database,
        { nodeId: config.nodeId, role: config.role, startedAt: clock.now() },
        {
          onLost: (error) => events.emit('node.heartbeat_lost', { error }),
          onBack: (silentMs) => events.emit('node.heartbeat_back', { silentMs }),
        },
      ),
    (opened) => opened.close(),
  );
}

interface JobsOptions extends BackgroundOptions {
  readonly traces: Traces;
}

interface JobStores {
  readonly database: Database;
  readonly directory: ClinicDirectory;
  readonly calendars: Calendars;
}

/** Runs the jobs, unless this node is a server only. Waits for neither store. */
export async function openJobs(options: JobsOptions, stores: JobStores, lifecycle: Lifecycle): Promise<void> {
  const { config, events, traces } = options;
  if (config.role === 'server') return;
  const [{ openExecutor }, { startRelay }] = await Promise.all([
    import('../../queues/executor.ts'),
    import('../../queues/relay.ts'),
  ]);
  // That Redis is away is told of by the connection for sessions, and by the queues.
  const redis = await lifecycle.add(
    'queue connection',
    () => openRedis(config.redis, 'queue', () => undefined),
    (opened) => opened.close(),
  );
  const executor = await lifecycle.add(
    'jobs',
    () =>
      openExecutor({
        connection: redis.client,
        jobs: jobsOf(options, stores),
        events,
        telemetry: traces.queueTelemetry(),
      }),
    (opened, hurry) => opened.close(hurry),
  );
  const relay = await lifecycle.add(
    'outbox relay',
    () =>
      startRelay({
        store: postgresOutbox(stores.database),
        executor,
        bells: BELLS,
        events,
        ...(config.role === 'all' && { everyMs: BESIDE_CALLS_MS }),
      }),
    (opened) => opened.close(),
  );
  // Of what other nodes take in or commit, the relay hears when it next looks.
  events.on('text.received', () => relay.hurry());
  events.on('tool.finished', () => relay.hurry());
}

/** How often a node that has calls as well looks for work that it was not told of: each look costs what a caller could have. */
const BESIDE_CALLS_MS = 500;

/** Which job does what the outbox asks for. */
const BELLS: readonly Bell[] = [
  {
    kind: SYNC_APPOINTMENT,
    job: SYNC_APPOINTMENT_JOB,
    dataOf: ({ clinicId, subjectId }) => ({ clinicId, appointmentId: subjectId }),
  },
  {
    kind: SCORE_CONVERSATION,
    job: SCORE_CONVERSATION_JOB,
    dataOf: ({ clinicId, subjectId }) => ({ clinicId, conversationId: subjectId }),
  },
  {
    kind: DELIVER_WEBHOOK,
    job: DELIVER_WEBHOOK_JOB,
    dataOf: ({ clinicId, subjectId }) => ({ clinicId, deliveryId: subjectId }),
  },
  {
    kind: NOTIFY_CUSTOMER,
    job: NOTIFY_CUSTOMER_JOB,
    dataOf: ({ clinicId, subjectId }) => ({ clinicId, appointmentId: subjectId }),
  },
  {
    kind: OFFER_WAITLIST,
    job: OFFER_WAITLIST_JOB,
    dataOf: ({ clinicId, subjectId }) => ({ clinicId, waitlistId: subjectId }),
  },
  { kind: ANSWER_SMS, job: ANSWER_TEXTS_JOB, dataOf: ({ clinicId, subjectId }) => ({ clinicId, threadId: subjectId }) },
  { kind: SEND_SMS, job: SEND_TEXTS_JOB, dataOf: ({ clinicId, subjectId }) => ({ clinicId, threadId: subjectId }) },
];

function jobsOf(options: JobsOptions, stores: JobStores): readonly Job[] {
  const { config, events, clock = systemClock() } = options;
  const { database } = stores;
  const { calendar, sync } = stores.calendars;
  const now = (): number => clock.now();
  const shared = { calendar, isConnected: sync.isConnected, events };
  const send = sender(options, database);
  const threads = postgresThreadBook(database, options.threadTimes);
  const chores = {
    ...postgresHousekeeping(database),
    ...postgresForgetting(database),
    endQuietThreads: () => endQuietThreads({ book: threads, events, now }),
  };
  return [
    housekeepingJob({ chores, events, now, resumeTtlMs: config.calls.resumeTtlS * 1_000 }),
    reconcileCalendarsJob({ ...shared, book: postgresComparisonBook(database) }),
    calendarSyncJob(sync),
    syncAppointmentJob({ ...shared, book: postgresCalendarBook(database), newToken: randomUUID }),
    scoring(options, database),
    webhooks(options, database, now),
    sendTextsJob(send),
    offerWaitlistJob({
      book: postgresWaitlistBook(database),
      bookings: postgresBookingStore(database),
      events,
      newToken: randomUUID,
    }),
    notifyCustomerJob({ book: postgresNoticeBook(database), events, newToken: randomUUID }),
    answering(options, stores, threads, send),
  ];
}

function model({ config, events, traces }: JobsOptions, timeoutMs?: number): AskModel {
  const { baseUrl, apiKey } = config.openai;
  const fetch = tracedFetch(traces.tracing, 'openai');
  return responsesApi({ baseUrl, apiKey: apiKey.reveal(), events, fetch, timeoutMs });
}

/** Whoever writes waits for an answer. */
const TEXT_ANSWER_MS = 20_000;

function answering(options: JobsOptions, { database, directory }: JobStores, book: ThreadBook, send: SendTexts): Job {
  const { config, events, clock = systemClock(), answeringPatience: patience } = options;
  const desk = {
    book,
    directory,
    bookings: postgresBookingStore(database),
    messages: postgresMessageStore(database),
    replies: postgresNoticeReplies(database),
    ask: textingModel(model(options, TEXT_ANSWER_MS), config.openai.models.messaging),
    watch: watchTexts(book),
    events,
    now: () => clock.now(),
  };
  const answer: AnswerTextsOptions['answer'] = (claim, terms) => answerThread(desk, claim, terms);
  return answerTextsJob({ book, answer, send, events, newToken: randomUUID, patience });
}

function sender({ config, events, traces }: JobsOptions, database: Database): SendTexts {
  const { accountSid, authToken, apiBaseUrl } = config.twilio;
  const carrier = twilioMessages({
    accountSid,
    authToken: authToken.reveal(),
    baseUrl: apiBaseUrl,
    reportUrl: (text) => smsStatusUrlOf(config, text),
    fetch: tracedFetch(traces.tracing, 'twilio'),
  });
  return textSender({ book: postgresTextBook(database), carrier, events, newToken: randomUUID });
}

function scoring(options: JobsOptions, database: Database): Job {
  const { config, events, scoringPatience: patience } = options;
  const score = conversationScorer(model(options), config.openai.models.sentiment);
  return scoreConversationJob({ scores: postgresScoreStore(database), score, events, newToken: randomUUID, patience });
}

function webhooks(
  { config, events, webhookReach: reach = 'public' }: JobsOptions,
  database: Database,
  now: () => number,
) {
  const store = postgresWebhookStore(database, keyring(config.secrets.encryption));
  return deliverWebhookJob({ webhooks: store, send: webhookSender({ reach, now }), events, newToken: randomUUID });
}
