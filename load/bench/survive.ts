/**
 * Callers who ask and book without a pause while servers are killed: built servers behind HAProxy (a balancer of our own
 * where it is not installed) and a worker, a real Postgres and Redis, the simulated Twilio and OpenAI as processes of
 * their own. A kill is a SIGKILL of a random server, which is started again two seconds later. What counts is what the
 * telephones heard, what the database has and what is left open at the model. Options: `--calls 150 --minutes 3
 * --every 10 --servers 3 --seed N` (`--every`: seconds from kill to kill), and `--keep FILE` for all that was recorded.
 * Linux, and a machine with nothing else to do.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { build } from '../../test/support/ava-process.ts';
import { seededRandom } from '../../test/support/seed.ts';
import { machineFacts } from './figures/machine.ts';
import { table } from './figures/table.ts';
import { RESTART_MS } from './survive/nodes.ts';
import { type SurviveOptions, surviveOptions } from './survive/options.ts';
import { renderedPhrases } from './survive/phrases.ts';
import { callRows, openConversations, overlaps } from './survive/rows.ts';
import { openStand, type Stand } from './survive/stand.ts';
import { countsOf, gapFigures, type JudgedCall, judged } from './survive/summary.ts';

export const about =
  '150 callers who book while one of three servers is killed every 10 s: what is lost, and for how long';

/** From one call's beginning to the next one's while they begin, ms. */
const RAMP_MS = 200;
/** Whoever still talks so long after the last kill hangs up. */
const LAST_CALLS_MS = 150_000;
const SETTLED_LIMIT_MS = 60_000;
const POLL_MS = 250;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Kills one server after the other; resolves with when each was killed. */
async function killing({ nodes }: Stand, { minutes, every, seed }: SurviveOptions): Promise<number[]> {
  const luck = seededRandom(seed);
  const kills: number[] = [];
  for (let n = 0; n < (minutes * 60) / every; n++) {
    await sleep(every * 1_000);
    const killedAt = nodes.kill(luck());
    if (killedAt !== null) kills.push(killedAt);
  }
  await sleep(every * 1_000);
  return kills;
}

/** The last answer, once it is 0 or nobody waits any longer. */
async function settled(ask: () => Promise<number>): Promise<number> {
  const until = performance.now() + SETTLED_LIMIT_MS;
  for (;;) {
    const left = await ask();
    if (left === 0 || performance.now() > until) return left;
    await sleep(POLL_MS);
  }
}

async function measure(stand: Stand, database: Database, options: SurviveOptions): Promise<boolean> {
  const { callers, nodes, model, front } = stand;
  say(`${options.servers} servers behind ${front.name}, each started again ${RESTART_MS} ms after it was killed`);
  say(`${await renderedPhrases(database)} phrases rendered`);
  const rampMs = options.calls * RAMP_MS;
  callers.call(options.calls, rampMs);
  await sleep(rampMs);
  const kills = await killing(stand, options);
  const idle = await callers.finish(LAST_CALLS_MS);
  await nodes.settled();
  const conversationsOpen = await settled(() => openConversations(database));
  const socketsLeft = await settled(() => model.sessions());
  const rows = await callRows(database);
  if (options.keep !== undefined) {
    await writeFile(options.keep, JSON.stringify({ kills, records: callers.records, rows: [...rows.values()] }));
  }
  const calls = callers.records.map((record) => judged(record, rows.get(record.callSid), kills));
  const overlappingBookings = await overlaps(database);
  const deaths = nodes.deaths();
  const elsewhere = { overlappingBookings, socketsLeft, conversationsOpen, serversDied: deaths.length };
  const counts = countsOf(calls, elsewhere);
  const figures = gapFigures(calls.flatMap(({ faults }) => faults));
  say(figures.length > 0 ? table(figures) : 'no call was cut off');
  say(`\n${told(calls, kills.length)}`);
  for (const line of findings(calls, deaths)) say(line);
  say(
    `telephones stood still for ${idle.stalledMs} ms and took ${(idle.cpuMs / 1_000).toFixed(0)} s of processor time`,
  );
  const values = Object.fromEntries(figures.map(({ name, value }) => [name, Math.round(value)]));
  say(JSON.stringify({ calls: calls.length, kills: kills.length, ...counts, ...values }));
  return calls.length > 0 && Object.values(counts).every((count) => count === 0);
}

function told(calls: readonly JudgedCall[], kills: number): string {
  const sum = (of: (call: JudgedCall) => number): number => calls.reduce((total, call) => total + of(call), 0);
  const cut = calls.filter(({ faults }) => faults.length > 0);
  const sentences = sum(({ turns }) => turns.sentences);
  const inGap = sum(({ turns }) => turns.askedAgainInGap);
  const before = sum(({ turns }) => turns.askedAgainBeforeGap);
  const resumed = sum(({ turns }) => turns.resumed);
  const holed = sum(({ turns }) => turns.holed);
  return [
    `${calls.length} calls, ${cut.length} of them cut off by ${kills} kills, ${sum(({ unexplained }) => unexplained)} lines broke of themselves`,
    `${sum(({ bookings }) => bookings)} appointments; ${sentences} sentences, ${sum(({ turns }) => turns.recorded)} in the record`,
    `asked again: ${inGap} spoken into a gap, ${before} shortly before it; acted on with their words unknown: ${resumed}`,
    `not judged, since the telephones stood still in them: ${holed}`,
  ].join('\n');
}

/** What must not be, call by call. */
function findings(calls: readonly JudgedCall[], deaths: readonly string[]): string[] {
  const ofCalls = calls.flatMap(({ record, turns, lost, bookings, falseYes }) => {
    const found = [
      ...(lost === null ? [] : [`lost: ${lost}`]),
      ...turns.lost.map((text) => `turn lost: ${text}`),
      ...turns.askedAgainUnfairly.map((text) => `asked again with no gap near: ${text}`),
      ...turns.doubled.map((text) => `turn doubled: ${text}`),
      ...turns.strange.map((text) => `nobody said: ${text}`),
      ...(bookings > 1 ? [`${bookings} bookings`] : []),
      ...(falseYes ? ['"booked" was heard before it was'] : []),
    ];
    return found.map((what) => `MISSED ${record.callSid} (${record.from}): ${what}`);
  });
  return [...ofCalls, ...deaths.map((death) => `MISSED ${death}`)];
}

/** Resolves to false where something was lost or happened twice. */
export async function run(args: readonly string[]): Promise<boolean> {
  const options = surviveOptions(args);
  const machine = machineFacts();
  await build();
  const stand = await openStand(options);
  const database = openPostgres({ url: stand.databaseUrl, poolSize: 2, applicationName: 'bench' });
  try {
    const isSo = await measure(stand, database, options);
    say(`\n${machine}`);
    return isSo;
  } finally {
    await database.close();
    await stand.close();
  }
}
