/** `npm run ops -- …`: what whoever runs Ava does by hand. Exits 0 if done, 1 if that failed, 64 if it was asked wrongly. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isClinicKey, loadClinic } from '../../db/clinics.ts';
import { openPostgres } from '../../db/postgres.ts';
import { DEVELOPMENT_SECRETS } from '../../ops/config/variables.ts';
import { readEnvironment } from '../../ops/config.ts';
import { issueApiToken } from '../http/browser-tokens.ts';
import { readStandFile } from './dev/stand-file.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const ASKED_WRONGLY = 64;

const USAGE = `npm run ops -- api-token CLINIC

  api-token CLINIC   prints the token with which a clinic's own site asks for browser calls (POST /api/browser-calls);
                     CLINIC is the clinic's id or its phone number, such as +15550100001`;

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

/** The token is good for as long as SESSION_SECRET stays; it goes to standard output alone, fit for a pipe. */
async function apiToken(clinic: string): Promise<string> {
  const key = clinic.startsWith('+') ? { phone: clinic } : { id: clinic };
  if (!isClinicKey(key)) fail(`"${clinic}" is neither a clinic's id nor a phone number such as +15550100001.`);
  const { databaseUrl, sessionSecret } = setting();
  const database = openPostgres({ url: databaseUrl, poolSize: 1, applicationName: 'ava-ops' });
  try {
    const found = await loadClinic(database, key).catch(() =>
      fail('The database does not answer. Start Ava (npm start), or set DATABASE_URL.'),
    );
    if (!found) fail(`There is no clinic ${clinic}.`);
    return issueApiToken(sessionSecret, found.id);
  } finally {
    await database.close();
  }
}

const [command, clinic, ...rest] = process.argv.slice(2);
if (command !== 'api-token' || clinic === undefined || rest.length > 0) fail(USAGE, ASKED_WRONGLY);
process.stdout.write(`${await apiToken(clinic)}\n`);
