/** `npm run ops -- …`: what whoever runs Ava does by hand. Exits 0 if done, 1 if that failed, 64 if it was asked wrongly. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isClinicKey, loadClinic } from '../../db/clinics.ts';
import { openPostgres } from '../../db/postgres.ts';
import { DEVELOPMENT_SECRETS } from '../../ops/config/variables.ts';
import { readEnvironment } from '../../ops/config.ts';
import { API_TOKEN_DAYS, issueApiToken, LONGEST_API_TOKEN_DAYS } from '../http/browser-tokens.ts';
import { readStandFile } from './dev/stand-file.ts';
import { readOpsArguments } from './ops-arguments.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const ASKED_WRONGLY = 64;

const USAGE = `npm run ops -- api-token CLINIC [--days N]

  api-token CLINIC   prints the token with which a clinic's own site asks for browser calls (POST /api/browser-calls);
                     CLINIC is the clinic's id or its phone number, such as +15550100001
           --days N  how long it is good, 1 to ${LONGEST_API_TOKEN_DAYS}; ${API_TOKEN_DAYS} where nothing is said`;

function fail(text: string, exitCode = 1): never {
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
}

interface Setting {
  readonly databaseUrl: string;
  readonly sessionSecret: string;
}

/** The environment's, or that of the stand which `npm start` runs here. Nothing else of the configuration is needed. */
function setting(): Setting {
  const { DATABASE_URL, SESSION_SECRET } = readEnvironment();
  const stand = readStandFile(join(PROJECT, '.data'));
  const databaseUrl = DATABASE_URL ?? stand?.databaseUrl;
  const sessionSecret = SESSION_SECRET ?? (stand && DEVELOPMENT_SECRETS.SESSION_SECRET);
  if (databaseUrl !== undefined && sessionSecret !== undefined) return { databaseUrl, sessionSecret };
  return fail('Start Ava here (npm start), or set DATABASE_URL and SESSION_SECRET to those of the Ava that is meant.');
}

async function clinicId(clinic: string, databaseUrl: string): Promise<string> {
  const key = clinic.startsWith('+') ? { phone: clinic } : { id: clinic };
  if (!isClinicKey(key)) fail(`"${clinic}" is neither a clinic's id nor a phone number such as +15550100001.`);
  const database = openPostgres({ url: databaseUrl, poolSize: 1, applicationName: 'ava-ops' });
  try {
    const found = await loadClinic(database, key).catch(() =>
      fail('The database does not answer. Start Ava (npm start), or set DATABASE_URL.'),
    );
    return found?.id ?? fail(`There is no clinic ${clinic}.`);
  } finally {
    await database.close();
  }
}

/** The token goes to standard output alone, fit for a pipe; how long it is good, to standard error. */
async function apiToken(clinic: string, days: number): Promise<void> {
  const { databaseUrl, sessionSecret } = setting();
  const { token, expiresAt } = issueApiToken(sessionSecret, await clinicId(clinic, databaseUrl), days, Date.now());
  process.stderr.write(
    `Good for ${days} days, until ${new Date(expiresAt).toISOString()}, or until SESSION_SECRET changes.\n`,
  );
  process.stdout.write(`${token}\n`);
}

const { clinic, days } = readOpsArguments(process.argv.slice(2)) ?? fail(USAGE, ASKED_WRONGLY);
await apiToken(clinic, days);
