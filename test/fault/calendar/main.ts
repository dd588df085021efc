/**
 * A worker that does nothing but bring appointments to their calendars: a relay, a queue and the job, as a node of role
 * `worker` has them, in a process that starts fast enough to be killed three times a second. Told by one JSON argument
 * where everything is; its claims begin with its number, so that whoever kills knows whom. Ends with its standard input.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { postgresCalendarBook } from '../../../db/calendar-book.ts';
import { postgresComparisonBook } from '../../../db/calendar-comparison.ts';
import { postgresOutbox, SYNC_APPOINTMENT } from '../../../db/outbox.ts';
import { openPostgres } from '../../../db/postgres.ts';
import { openRedis } from '../../../db/redis.ts';
import { parseRedisUrl } from '../../../ops/config/redis-url.ts';
import { Secret } from '../../../ops/config/secret.ts';
import { createEvents } from '../../../ops/events.ts';
import { openExecutor } from '../../../queues/executor.ts';
import { reconcileCalendarsJob } from '../../../queues/jobs/reconcile-calendars.ts';
import { SYNC_APPOINTMENT_JOB, syncAppointmentJob } from '../../../queues/jobs/sync-appointment.ts';
import { startRelay } from '../../../queues/relay.ts';
import { googleCalendar } from '../../../src/google/calendar.ts';

const settings = z
  .object({
    number: z.int(),
    databaseUrl: z.string(),
    redisUrl: z.string(),
    googleUrl: z.string(),
    reconciles: z.boolean(),
  })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const credentials = {
  type: 'authorized_user',
  clientId: 'client-of-the-app',
  clientSecret: new Secret('the-client-secret'),
  refreshToken: new Secret('the-refresh-token'),
} as const;

const redisTarget = parseRedisUrl(settings.redisUrl);
if ('problem' in redisTarget) throw new Error(redisTarget.problem);
const events = createEvents();
const { number, databaseUrl, googleUrl } = settings;
const database = openPostgres({ url: databaseUrl, poolSize: 4 });
const redis = openRedis(redisTarget.value, 'queue', () => undefined);
const calendar = googleCalendar({
  calendarBaseUrl: googleUrl,
  oauthBaseUrl: googleUrl,
  accounts: {
    credentialsOf: async () => credentials,
    worked: async () => undefined,
    failed: async () => undefined,
  },
  events,
});
const newToken = (): string => number.toString(16).padStart(8, '0') + randomUUID().slice(8);
const shared = { calendar, isConnected: async () => true, events };
const sync = syncAppointmentJob({ ...shared, book: postgresCalendarBook(database), newToken });
/** What a reconciler does over minutes, in seconds. */
const hasty = { settledMs: 2_000, againMs: 2_000 };
const reconciler = reconcileCalendarsJob({ ...shared, book: postgresComparisonBook(database, hasty) });
const jobs = settings.reconciles ? [sync, { ...reconciler, everyMs: 2_000 }] : [sync];
const executor = openExecutor({ connection: redis.client, jobs, events });
startRelay({
  store: postgresOutbox(database),
  executor,
  bells: [
    {
      kind: SYNC_APPOINTMENT,
      job: SYNC_APPOINTMENT_JOB,
      dataOf: ({ clinicId, subjectId }) => ({ clinicId, appointmentId: subjectId }),
    },
  ],
  events,
});
/** What is told all the time. */
const QUIET = new Set(['calendar.written', 'job.finished', 'outbox.counted', 'queue.counted']);
events.onAny((name, event) => {
  if (QUIET.has(name)) return;
  process.stdout.write(`${JSON.stringify({ name, event })}\n`);
});
process.stdout.write('{"name":"ready"}\n');
process.stdin.once('end', () => process.exit(0)).resume();
