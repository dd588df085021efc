/**
 * The simulated Twilio and the simulated model, and everybody who writes texts: a process of its own, so that what they
 * cost is not Ava's. Obeys its parent, and goes with it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { numberSettings } from '../../../src/twilio/addresses.ts';
import { startOpenAiSim } from '../../../test/sim/openai/server.ts';
import { startTwilioSim, type TwilioSim } from '../../../test/sim/twilio/server.ts';
import { newSid } from '../../../test/sim/twilio/sid.ts';
import { LUMEN, RADIANCE } from '../../../test/support/outside.ts';
import { echo, LOOK_UP, numbered, numbersIn } from './echo.ts';
import { type Answer, type Flow, flow, world } from './orders.ts';

const CLINICS = [RADIANCE, LUMEN] as const;
/** One in so many texts makes the model use a tool, and one in so many is followed by another at once. */
const TOOL_EVERY = 4;
const PAIR_EVERY = 10;
/** Two quick texts are so far apart. */
const QUICK_MS = 150;
const ANSWER_LIMIT_MS = 30_000;
/** A message that could not be stored in time is sent again, which counts. */
const TRIES = 10;
const POLL_MS = 20;
const LOOP_MS = 10;

interface Written {
  readonly n: number;
  readonly kind: 'lone' | 'first' | 'second';
  readonly at: number;
  /** Answers of the model that its reply takes. */
  readonly rounds: number;
}

const settings = world.parse(JSON.parse(process.argv[2] ?? '{}'));
const { publicUrl, accountSid, authToken, thinkMs } = settings;
const number = numberSettings(publicUrl);
const [openai, twilio] = await Promise.all([
  startOpenAiSim({ brain: echo, thinkMs }),
  startTwilioSim({ accountSid, authToken, numbers: { [RADIANCE]: number, [LUMEN]: number } }),
]);
let count = 0;
let latestMs = 0;
let tickedAt = performance.now();
setInterval(() => {
  const now = performance.now();
  latestMs = Math.max(latestMs, now - tickedAt - LOOP_MS);
  tickedAt = now;
}, LOOP_MS);

async function write(thread: number, kind: Written['kind'], needsTool: boolean): Promise<Written> {
  count += 1;
  const n = count;
  const body = `${needsTool ? LOOK_UP : 'How are you?'} ${numbered(n)}`;
  const at = Date.now();
  const to = CLINICS[thread % CLINICS.length] ?? RADIANCE;
  const text = { from: `+1555030${String(thread).padStart(4, '0')}`, to, body, messageSid: newSid('SM') };
  for (let tries = 1; (await twilio.sendSms(text)).status !== 200; tries += 1)
    if (tries === TRIES) throw new Error('the webhook took a text at no try');
  return { n, kind, at, rounds: needsTool ? 2 : 1 };
}

/** When the reply to each text came to Twilio; throws where one came twice. */
function repliesOf({ messages }: TwilioSim, after: number): Map<number, { readonly at: number; readonly sid: string }> {
  const replies = new Map<number, { readonly at: number; readonly sid: string }>();
  for (const { direction, body, createdAt, sid } of messages) {
    if (direction !== 'outbound-api') continue;
    for (const n of numbersIn(body).filter((each) => each > after)) {
      if (replies.has(n)) throw new Error(`text ${n} was answered twice`);
      replies.set(n, { at: createdAt.getTime(), sid });
    }
  }
  return replies;
}

async function all({ seconds, rate, threads }: Flow): Promise<Written[]> {
  const texts: Promise<Written>[] = [];
  const add = (text: Promise<Written>): void => {
    // Told of below, with the others.
    text.catch(() => undefined);
    texts.push(text);
  };
  const begunAt = performance.now();
  for (let n = 0; n < seconds * rate; n += 1) {
    const dueAt = begunAt + (n * 1_000) / rate;
    if (dueAt > performance.now()) await sleep(dueAt - performance.now());
    const [thread, isPair] = [n % threads, n % PAIR_EVERY === 0];
    add(write(thread, isPair ? 'first' : 'lone', !isPair && n % TOOL_EVERY === 0));
    if (isPair) add(sleep(QUICK_MS).then(() => write(thread, 'second', false)));
  }
  return Promise.all(texts);
}

async function flowed(order: Flow): Promise<Answer> {
  const after = count;
  latestMs = 0;
  const written = await all(order);
  const until = Date.now() + ANSWER_LIMIT_MS;
  let replies = repliesOf(twilio, after);
  while (replies.size < written.length) {
    if (Date.now() > until) throw new Error(`${written.length - replies.size} texts were not answered`);
    await sleep(POLL_MS);
    replies = repliesOf(twilio, after);
  }
  const lagsOf = (kind: Written['kind']): number[] =>
    written
      .filter((text) => text.kind === kind)
      .map(({ n, at, rounds }) => (replies.get(n)?.at ?? Number.NaN) - at - rounds * thinkMs);
  const joined = written.filter(({ kind, n }) => kind === 'first' && isOne(written, replies, n)).length;
  return {
    type: 'flowed',
    texts: written.length,
    lagsMs: lagsOf('lone'),
    quickLagsMs: lagsOf('second'),
    joined,
    latestMs,
  };
}

/** Whether the reply to a pair's first text is the reply to its second: the next that has the same reply. */
function isOne(
  written: readonly Written[],
  replies: ReadonlyMap<number, { readonly sid: string }>,
  first: number,
): boolean {
  const sid = replies.get(first)?.sid;
  return written.some(({ kind, n }) => kind === 'second' && replies.get(n)?.sid === sid);
}

const tell = (answer: Answer): void => void process.send?.(answer);

process.on('message', (message) => {
  flowed(flow.parse(message)).then(tell, (error: unknown) => tell({ type: 'failed', message: String(error) }));
});
process.once('disconnect', () => process.exit(0));
tell({ type: 'ready', openaiUrl: openai.url, twilioUrl: twilio.url });
