/**
 * A worker that does nothing but answer texts and send them, as a node of role `worker` does, in a process that starts
 * fast enough to be killed three times a second. Told by one JSON argument where everything is; its claims begin with its
 * number, so that whoever kills knows whom. Ends with its standard input.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { postgresBookingStore } from '../../../db/bookings.ts';
import { loadClinic } from '../../../db/clinics.ts';
import { postgresMessageStore } from '../../../db/messages.ts';
import { postgresNoticeReplies } from '../../../db/notice-replies.ts';
import { ANSWER_SMS, postgresOutbox, SEND_SMS } from '../../../db/outbox.ts';
import { openPostgres } from '../../../db/postgres.ts';
import { openRedis } from '../../../db/redis.ts';
import { postgresTextBook } from '../../../db/texts.ts';
import { postgresThreadBook } from '../../../db/thread-book.ts';
import { parseRedisUrl } from '../../../ops/config/redis-url.ts';
import { createEvents } from '../../../ops/events.ts';
import { openExecutor } from '../../../queues/executor.ts';
import { ANSWER_TEXTS_JOB, answerTextsJob } from '../../../queues/jobs/answer-texts.ts';
import { SEND_TEXTS_JOB, sendTextsJob, textSender } from '../../../queues/jobs/send-texts.ts';
import { startRelay } from '../../../queues/relay.ts';
import { answerThread } from '../../../src/bin/text-desk.ts';
import { watchTexts } from '../../../src/bin/text-watch.ts';
import { responsesApi } from '../../../src/openai/responses.ts';
import { textingModel } from '../../../src/openai/texting.ts';
import { twilioMessages } from '../../../src/twilio/messages.ts';
import { QUICK_CLAIM_MS, QUICK_SENDING, QUICK_THREADS } from './times.ts';

const settings = z
  .object({
    number: z.int(),
    databaseUrl: z.string(),
    redisUrl: z.string(),
    openaiUrl: z.string(),
    twilioUrl: z.string(),
    accountSid: z.string(),
    authToken: z.string(),
  })
  .parse(JSON.parse(process.argv[2] ?? '{}'));

const redisTarget = parseRedisUrl(settings.redisUrl);
if ('problem' in redisTarget) throw new Error(redisTarget.problem);
const events = createEvents();
const { number, databaseUrl, openaiUrl, twilioUrl, accountSid, authToken } = settings;
const database = openPostgres({ url: databaseUrl, poolSize: 6 });
const redis = openRedis(redisTarget.value, 'queue', () => undefined);
const newToken = (): string => number.toString(16).padStart(8, '0') + randomUUID().slice(8);
const carrier = twilioMessages({ accountSid, authToken, baseUrl: twilioUrl, reportUrl: () => 'http://127.0.0.1:9/' });
const send = textSender({ book: postgresTextBook(database), carrier, events, newToken, times: QUICK_SENDING });
const book = postgresThreadBook(database, QUICK_THREADS);
const desk = {
  book,
  directory: { byId: (id: string) => loadClinic(database, { id }) },
  bookings: postgresBookingStore(database),
  replies: postgresNoticeReplies(database),
  messages: postgresMessageStore(database),
  ask: textingModel(responsesApi({ baseUrl: openaiUrl, apiKey: 'sk-simulated', events }), 'gpt-5.4-mini'),
  watch: watchTexts(book),
  events,
  now: () => Date.now(),
};
const jobs = [
  answerTextsJob({
    book,
    answer: (claim, terms) => answerThread(desk, claim, terms),
    send,
    events,
    newToken,
    claimMs: QUICK_CLAIM_MS,
  }),
  sendTextsJob(send),
];
const executor = openExecutor({ connection: redis.client, jobs, events });
const threadOf = ({ clinicId, subjectId }: { clinicId: string; subjectId: string }) => ({
  clinicId,
  threadId: subjectId,
});
startRelay({
  store: postgresOutbox(database),
  executor,
  bells: [
    { kind: ANSWER_SMS, job: ANSWER_TEXTS_JOB, dataOf: threadOf },
    { kind: SEND_SMS, job: SEND_TEXTS_JOB, dataOf: threadOf },
  ],
  events,
});
events.onAny((name, event) => {
  if (name === 'job.failed' || name === 'queue.troubled' || name === 'tool.broke' || name === 'text.failed')
    process.stdout.write(`${JSON.stringify({ name, event })}\n`);
});
process.stdout.write('{"name":"ready"}\n');
process.stdin.once('end', () => process.exit(0)).resume();
