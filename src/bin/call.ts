/**
 * `npm run call`: places a phone call on the simulated network to the Ava that `npm start` runs, and shows it live.
 * With `--scenario` a scripted caller speaks; without, whoever types.
 */

import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadClinic } from '../../db/clinics.ts';
import { conversationByText, conversationOfCall, type StoredConversation } from '../../db/conversation-reader.ts';
import { type Database, openPostgres } from '../../db/postgres.ts';
import type { Clinic } from '../domain/clinic.ts';
import { type PhoneNetwork, phoneNetwork } from './call/phone-network.ts';
import { Screen } from './call/screen.ts';
import { bookingWords, textThread, typedWords } from './call/text-thread.ts';
import { readStandFile } from './dev/stand-file.ts';

const DEMO_CLINIC = '+15550100001';
const POLL_MS = 150;
/** How long after the call its record may take to be stored and scored. */
const RECORD_MS = 5_000;

const USAGE = `npm run call -- [--scenario NAME] [--from +15550100142] [--to ${DEMO_CLINIC}]

Without --scenario you are the caller: type what you say and press Enter.
  /press 0    presses keys      /hangup    hangs up      --list    names the scenarios

With --sms you write text messages instead: type one and press Enter; /end shows what came of it.
  --sms --scenario book    has the thread of an appointment written for you`;

class CallProblem extends Error {}

interface Choices {
  readonly scenario?: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly list: boolean;
  /** By text messages rather than by voice. */
  readonly sms: boolean;
}

function choices(): Choices {
  try {
    const { values } = parseArgs({
      options: {
        scenario: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string', default: DEMO_CLINIC },
        list: { type: 'boolean', default: false },
        sms: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(`${USAGE}\n`);
      process.exit(0);
    }
    const { scenario, from = someCaller(), to, list, sms } = values;
    return { scenario, from, to, list, sms };
  } catch (error) {
    throw new CallProblem(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

/** Another fictitious caller each time, so that a second call is not the first one's customer. */
function someCaller(): string {
  return `+1555010${String(1000 + Math.floor(Math.random() * 9000))}`;
}

function whereAvaRuns(): { readonly twilio: string; readonly databaseUrl: string } {
  const stand = readStandFile(join(fileURLToPath(new URL('../..', import.meta.url)), '.data'));
  if (!stand) throw new CallProblem('Ava is not running here. Start her in another terminal: npm start');
  if (!stand.simulators.twilio) {
    throw new CallProblem(
      'Ava runs on the real Twilio here: call her with a real phone, or unset TWILIO_AUTH_TOKEN and start again.',
    );
  }
  return { twilio: stand.simulators.twilio, databaseUrl: stand.databaseUrl };
}

async function main(): Promise<void> {
  const { scenario, from, to, list, sms } = choices();
  const { twilio, databaseUrl } = whereAvaRuns();
  const network = phoneNetwork(twilio);
  if (sms) return withDatabase(databaseUrl, (database) => text(network, database, { scenario, from, to }));
  const known = await network.scenarios().catch(() => {
    throw new CallProblem('Ava does not answer here any more. Start her again: npm start');
  });
  if (list || (scenario !== undefined && !known.some((each) => each.name === scenario))) {
    const lines = known.map((each) => `  ${each.name.padEnd(16)} ${each.description}`).join('\n');
    if (!list) throw new CallProblem(`There is no scenario "${scenario}". There are:\n${lines}`);
    process.stdout.write(`${lines}\n`);
    return;
  }
  await withDatabase(databaseUrl, (database) => converse(network, database, { scenario, from, to }));
}

async function withDatabase(url: string, work: (database: Database) => Promise<void>): Promise<void> {
  const database = openPostgres({ url, poolSize: 2, applicationName: 'ava-call' });
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

/** A thread of text messages: of a scripted customer's, or of whoever types. */
async function text(
  network: PhoneNetwork,
  database: Database,
  { scenario, from, to }: { scenario: string | undefined; from: string; to: string },
): Promise<void> {
  if (scenario !== undefined && scenario !== 'book') throw new CallProblem('By text there is one scenario: book');
  const screen = new Screen(process.stdout);
  const clinic = await loadClinic(database, { phone: to });
  screen.note(`${from} writes to ${clinic?.name ?? to}`);
  await textThread({ network, screen, from, to }, scenario === undefined ? typedWords() : bookingWords());
  const found = clinic && (await threadRecord(database, clinic.id, from));
  if (found && clinic) screen.summary(found, clinic);
  else screen.note('No conversation was stored.');
}

/** The thread's record: as it is while the conversation goes on, else once it is scored, or after a while. */
async function threadRecord(
  database: Database,
  clinicId: string,
  phone: string,
): Promise<StoredConversation | undefined> {
  const deadline = Date.now() + RECORD_MS;
  for (;;) {
    const found = await conversationByText(database, clinicId, phone);
    if (found?.status === 'active' || found?.score || Date.now() > deadline) return found;
    await sleep(POLL_MS);
  }
}

async function converse(
  network: PhoneNetwork,
  database: Database,
  { scenario, from, to }: { scenario: string | undefined; from: string; to: string },
): Promise<void> {
  const screen = new Screen(process.stdout);
  const clinic = await loadClinic(database, { phone: to });
  const startedAt = Date.now();
  const sid = await network.placeCall({ from, to, scenario });
  screen.note(`${from} calls ${clinic?.name ?? to} (${sid})`);
  const keyboard = scenario === undefined ? listenToKeyboard(network, sid) : null;
  const record = clinic ? watchTools(database, clinic, sid, screen, startedAt) : null;
  const hangUp = (): void => void network.hangUp(sid).catch(() => undefined);
  process.once('SIGINT', hangUp);
  for await (const event of network.follow(sid)) {
    screen.show(event);
    if (event.type === 'ended') break;
  }
  process.off('SIGINT', hangUp);
  keyboard?.close();
  const conversation = await record?.finished();
  if (conversation && clinic) screen.summary(conversation, clinic);
  else screen.note('No conversation was stored.');
}

function complain(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
}

function listenToKeyboard(network: PhoneNetwork, sid: string): { close(): void } {
  const keyboard = createInterface({ input: process.stdin });
  keyboard.on('line', (line) => {
    const text = line.trim();
    if (text === '') return;
    const press = /^\/press\s+([0-9*#]+)$/.exec(text)?.[1];
    if (press) network.press(sid, press).catch(complain);
    else if (text === '/hangup') network.hangUp(sid).catch(complain);
    else network.say(sid, text).catch(complain);
  });
  return keyboard;
}

interface ToolWatch {
  /** The stored conversation once its record is closed and scored, or as far as it is after a while. */
  finished(): Promise<StoredConversation | undefined>;
}

/** Shows tool calls as they reach the record, until the call is over, its record closed and scored. */
function watchTools(database: Database, clinic: Clinic, sid: string, screen: Screen, startedAt: number): ToolWatch {
  let deadline = Number.POSITIVE_INFINITY;
  const watch = async (): Promise<StoredConversation | undefined> => {
    let latest: StoredConversation | undefined;
    while (!latest?.score && Date.now() < deadline) {
      latest = (await conversationOfCall(database, clinic.id, sid).catch(() => undefined)) ?? latest;
      if (latest) screen.tools(Date.now() - startedAt, latest.toolCalls);
      await sleep(POLL_MS);
    }
    return latest;
  };
  const watching = watch();
  return {
    finished() {
      deadline = Date.now() + RECORD_MS;
      return watching;
    },
  };
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const known = error instanceof CallProblem;
    process.stderr.write(
      `${known ? error.message : `The call failed: ${error instanceof Error ? error.message : String(error)}`}\n`,
    );
    process.exit(1);
  },
);
