/**
 * The outside services of the stand, simulated: each speaks its vendor's protocol on a port of its own, and Ava is
 * given its address as she is given the vendor's. Keys are made up at every start.
 */
import { randomBytes } from 'node:crypto';
import { SEED_CALENDARS } from '../../../db/seed-clinics.ts';
import type { Environment } from '../../../ops/config/environment.ts';
import { numberSettings } from '../../twilio/addresses.ts';
import type { Plan } from './plan.ts';
import type { Stack } from './stack.ts';

export interface Simulator {
  /** Root URL, where its control plane is. */
  readonly url: string;
  /** What Ava is told. */
  readonly variables: Environment;
}

const CLINIC_NUMBERS = ['+15550100001', '+15550100002'];
const STAFF_NUMBERS = ['+15550100099', '+15550100098'];
const STAFF_ANSWER_MS = 2_000;

export async function openAiSimulator(stack: Stack): Promise<Simulator> {
  const { startOpenAiSim } = await import('../../../test/sim/openai/server.ts');
  const apiKey = `sk-sim-${randomBytes(12).toString('hex')}`;
  const sim = await stack.start('the OpenAI simulator', () => startOpenAiSim({ apiKey }));
  return {
    url: new URL('/', sim.url).href,
    variables: { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: sim.url, OPENAI_REALTIME_URL: sim.realtimeUrl },
  };
}

/** The simulated account's numbers call Ava on loopback; signatures are made over her public URL, as Twilio's are. */
export async function twilioSimulator(stack: Stack, plan: Plan): Promise<Simulator> {
  const { startTwilioSim } = await import('../../../test/sim/twilio/server.ts');
  const accountSid = `AC${randomBytes(16).toString('hex')}`;
  const authToken = randomBytes(16).toString('hex');
  const settings = numberSettings(`http://127.0.0.1:${plan.port}`);
  const sim = await stack.start('the Twilio simulator', () =>
    startTwilioSim({
      accountSid,
      authToken,
      numbers: Object.fromEntries(CLINIC_NUMBERS.map((number) => [number, settings])),
      staff: Object.fromEntries(
        STAFF_NUMBERS.map((number) => [
          number,
          { kind: 'answers' as const, afterMs: STAFF_ANSWER_MS, greeting: 'Front desk, how can I help?' },
        ]),
      ),
      publicUrlForSigning: plan.publicUrl,
    }),
  );
  return {
    url: sim.url,
    variables: { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, TWILIO_API_BASE_URL: sim.url },
  };
}

const madeUp = (name: string): string => `sim-${name}-${randomBytes(12).toString('hex')}`;

/**
 * Holds the calendars of the demo clinics' providers, for whoever has the stand's own credentials. It may knock at Ava
 * over plain http, which Google would not.
 */
export async function googleSimulator(stack: Stack): Promise<Simulator> {
  const { startGoogleSim } = await import('../../../test/sim/google/server.ts');
  const [clientId, clientSecret, refreshToken] = [madeUp('client'), madeUp('secret'), madeUp('refresh')];
  const keys = { clientId, clientSecret, refreshToken };
  const sim = await stack.start('the Google simulator', () =>
    startGoogleSim({
      accounts: [{ type: 'authorized_user', email: 'ava@stand.test', ...keys }],
      calendars: SEED_CALENDARS,
      plainHttpPush: true,
    }),
  );
  const credentials = {
    type: 'authorized_user',
    client_id: clientId,
    client_secret: clientSecret,
    refresh_token: refreshToken,
  };
  return {
    url: sim.url,
    variables: { GOOGLE_CREDENTIALS: JSON.stringify(credentials), GOOGLE_CALENDAR_BASE_URL: sim.url },
  };
}
