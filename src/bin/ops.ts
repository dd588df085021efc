/** `npm run ops -- …`: what whoever runs Ava does by hand. Exits 0 if done, 1 if that failed (or a replay differs), 64 if it was asked wrongly. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Database, openPostgres } from '../../db/postgres.ts';
import { isOutage } from '../../db/postgres-errors.ts';
import { rescore } from '../../db/rescoring.ts';
import { setWithStaff } from '../../db/threads.ts';
import { parseEncryptionKeys } from '../../ops/config/encryption-keys.ts';
import { DEVELOPMENT_SECRETS } from '../../ops/config/variables.ts';
import { readEnvironment } from '../../ops/config.ts';
import { type Keyring, keyring } from '../../ops/encryption.ts';
import { FOLDS_KEPT_DAYS } from '../domain/folds.ts';
import { API_TOKEN_DAYS, issueApiToken, LONGEST_API_TOKEN_DAYS } from '../http/browser-tokens.ts';
import { readStandFile } from './dev/stand-file.ts';
import {
  type ApiTokenOrder,
  type OpsOrder,
  type ReplayOrder,
  type RescoreOrder,
  readOpsArguments,
  type ThreadOrder,
} from './ops/arguments.ts';
import { rotateKeys, runCalendarCommand } from './ops/calendar-command.ts';
import { clinicIdOf, NotDone, runClinicCommand } from './ops/clinic-command.ts';
import { runReplayCommand } from './ops/replay-command.ts';
import { runSpendingCommand } from './ops/spending-command.ts';
import { runWebhooksCommand } from './ops/webhooks-command.ts';
import { runWorkCommand } from './ops/work-command.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const ASKED_WRONGLY = 64;

const USAGE = `npm run ops -- COMMAND

  api-token CLINIC [--days N]   prints the token with which a clinic's own site asks for browser calls
                                (POST /api/browser-calls), good for N days, 1 to ${LONGEST_API_TOKEN_DAYS}; ${API_TOKEN_DAYS} where nothing is said
  clinic create FILE            makes the clinic that FILE describes (ops/clinics/example.yaml shows one) and prints its id
  clinic show CLINIC            prints a clinic as such a file
  clinic update FILE [CLINIC]   makes a clinic what FILE says; without CLINIC the one that has the file's number
  clinic import PATH            does either for each clinic of a file (parted by ---), or of all files of a folder
  calendar connect CLINIC FILE  keeps what opens a clinic's own Google calendars (a service account's or an
                                authorized_user's JSON), sealed with the newest of ENCRYPTION_KEYS
  calendar disconnect CLINIC    forgets it: GOOGLE_CREDENTIALS serve the clinic again
  rotate-keys                   seals everything that is kept so with the newest of ENCRYPTION_KEYS; afterwards the
                                older ones can go
  dead [CLINIC]                 prints the work that was given up, of all clinics or one: when, why, and what it was about
  requeue [CLINIC]              has it tried again
  spending [CLINIC]             prints what texting cost in the last 24 hours, of all clinics or one, and what it may
  rescore [--clinic CLINIC] [--since YYYY-MM-DD] [--failed]
                                has conversations scored again that ended since then (a day of UTC), or all of them;
                                with --failed only those whose scoring failed
  webhooks add CLINIC URL [--events TYPE,TYPE]
                                has the clinic's own system at URL told of events (ops/webhooks.md), of all where none
                                are named; prints the secret that requests are signed with, once
  webhooks list CLINIC          who is told of what
  webhooks remove CLINIC ENDPOINT
  webhooks deliveries CLINIC [--dead]
                                what became of telling them, the newest first; with --dead what was given up, and why
  webhooks redeliver CLINIC [DELIVERY]
                                tells it again; without DELIVERY all that was given up
  replay CALL                   folds a call of the last ${FOLDS_KEPT_DAYS} days again, message by message, and tells what came of
                                each; CALL is its conversation's id or its CallSid. Exits 1 where this release does
                                otherwise than was done then, and says where. It prints what the caller said
  thread take CLINIC PHONE      staff answer this customer's text messages themselves; Ava keeps silent
  thread release CLINIC PHONE   until this gives the thread back to her

CLINIC is a clinic's id or its phone number, such as +15550100001.`;

function fail(text: string, exitCode = 1): never {
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
}

const NOWHERE =
  'Start Ava here (npm start), or set DATABASE_URL, SESSION_SECRET and ENCRYPTION_KEYS to those of the Ava that is meant.';

const stand = readStandFile(join(PROJECT, '.data'));

/** The environment's, or those of the stand which `npm start` runs here. Nothing else of the configuration is needed. */
function databaseUrl(): string {
  return readEnvironment()['DATABASE_URL'] ?? stand?.databaseUrl ?? fail(NOWHERE);
}

function sessionSecret(): string {
  return readEnvironment()['SESSION_SECRET'] ?? (stand ? DEVELOPMENT_SECRETS.SESSION_SECRET : fail(NOWHERE));
}

function encryptionKeys(): Keyring {
  const given = readEnvironment()['ENCRYPTION_KEYS'] ?? (stand ? DEVELOPMENT_SECRETS.ENCRYPTION_KEYS : fail(NOWHERE));
  const reading = parseEncryptionKeys(given);
  return 'problem' in reading ? fail(`ENCRYPTION_KEYS ${reading.problem}`) : keyring(reading.value);
}

/** The token goes to standard output alone, fit for a pipe; how long it is good, to standard error. */
async function apiToken({ clinic, days }: ApiTokenOrder, database: Database): Promise<string> {
  const { token, expiresAt } = issueApiToken(sessionSecret(), await clinicIdOf(clinic, database), days, Date.now());
  process.stderr.write(
    `Good for ${days} days, until ${new Date(expiresAt).toISOString()}, or until SESSION_SECRET changes.\n`,
  );
  return `${token}\n`;
}

async function rescoring({ clinic, since, failedOnly }: RescoreOrder, database: Database): Promise<string> {
  const clinicId = clinic === null ? null : await clinicIdOf(clinic, database);
  const count = await rescore(database, { clinicId, since, failedOnly });
  return `${count} conversation${count === 1 ? ' is' : 's are'} to be scored again, by whichever worker runs.\n`;
}

async function handThread({ action, clinic, phone }: ThreadOrder, database: Database): Promise<string> {
  const isTaken = action === 'take';
  const found = await setWithStaff(database, await clinicIdOf(clinic, database), phone, isTaken);
  if (!found) throw new NotDone(`There are no text messages of ${phone}.`);
  return isTaken ? `Ava keeps silent with ${phone}.\n` : `Ava answers ${phone} again.\n`;
}

async function replay({ call }: ReplayOrder, database: Database): Promise<string> {
  const { story, isSame } = await runReplayCommand(call, database);
  if (!isSame) process.exitCode = 1;
  return story;
}

function run(order: OpsOrder, database: Database): Promise<string> {
  switch (order.command) {
    case 'api-token':
      return apiToken(order, database);
    case 'clinic':
      return runClinicCommand(order, database);
    case 'calendar':
      return runCalendarCommand(order, database, encryptionKeys());
    case 'rotate-keys':
      return rotateKeys(database, encryptionKeys());
    case 'dead':
    case 'requeue':
      return runWorkCommand(order, database);
    case 'spending':
      return runSpendingCommand(order, database);
    case 'rescore':
      return rescoring(order, database);
    case 'webhooks':
      return runWebhooksCommand(order, database, encryptionKeys);
    case 'replay':
      return replay(order, database);
    case 'thread':
      return handThread(order, database);
  }
}

async function carryOut(order: OpsOrder): Promise<string> {
  const database = openPostgres({ url: databaseUrl(), poolSize: 1, applicationName: 'ava-ops' });
  try {
    return await run(order, database);
  } catch (error) {
    if (isOutage(error)) return fail('The database does not answer. Start Ava (npm start), or set DATABASE_URL.');
    return fail(error instanceof NotDone ? error.message : String(error));
  } finally {
    await database.close();
  }
}

const order = readOpsArguments(process.argv.slice(2)) ?? fail(USAGE, ASKED_WRONGLY);
process.stdout.write(await carryOut(order));
