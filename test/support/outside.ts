/**
 * The world around one Ava: simulated OpenAI, Twilio and Google over real sockets, and the environment variables that tell of
 * them. The simulated account's numbers ring at the port that Ava is about to listen on. Imports nothing of the test
 * runner, so that benchmarks stand on it too.
 */
import { SEED_CALENDARS } from '../../db/seed-clinics.ts';
import { numberSettings } from '../../src/twilio/addresses.ts';
import { type GoogleSim, type GoogleSimOptions, startGoogleSim } from '../sim/google/server.ts';
import { type OpenAiSim, type OpenAiSimOptions, startOpenAiSim } from '../sim/openai/server.ts';
import type { StaffBehaviour } from '../sim/twilio/options.ts';
import { startTwilioSim, type TwilioSim } from '../sim/twilio/server.ts';

export const RADIANCE = '+15550100001';
export const LUMEN = '+15550100002';
export const STAFF = '+15550100099';
/** A number of the account that no clinic has. */
const NOBODYS = '+15550100003';

/** Human pace would make a booking take a minute; nothing in Ava depends on how fast people talk. */
const PACE = 5;

/** Whoever asks the simulated Google in Ava's name. */
const GOOGLE_PERSON = {
  type: 'authorized_user',
  client_id: 'a client of the simulated Google',
  client_secret: 'its secret',
  refresh_token: 'a refresh token of the simulated Google',
};

export interface OutsideOptions {
  /** Where Ava will listen, on loopback. */
  readonly port: number;
  readonly pace?: number;
  readonly openai?: OpenAiSimOptions;
  readonly google?: GoogleSimOptions;
  /** How the demo clinic's staff line reacts; it takes the calls that it is told of where nothing else is given. */
  readonly staff?: StaffBehaviour;
}

export interface Outside {
  readonly openai: OpenAiSim;
  readonly twilio: TwilioSim;
  /** Has a calendar for each of the demo clinics' providers. */
  readonly google: GoogleSim;
  readonly publicUrl: string;
  /** Signs what the simulated Twilio sends. */
  readonly authToken: string;
  /** What Ava is told of all this; her stores are not in it. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const TAKES_CALLS: StaffBehaviour = { kind: 'answers', greeting: 'Front desk speaking.', acceptDigits: '1' };

/** A simulated Google alone, with the demo clinics' calendars, and what Ava is told of it. */
export async function openOutsideGoogle(
  options: GoogleSimOptions = {},
): Promise<{ readonly sim: GoogleSim; readonly environment: Record<string, string> }> {
  const sim = await startGoogleSim({ calendars: SEED_CALENDARS, plainHttpPush: true, ...options });
  return {
    sim,
    environment: { GOOGLE_CREDENTIALS: JSON.stringify(GOOGLE_PERSON), GOOGLE_CALENDAR_BASE_URL: sim.url },
  };
}

/** Starts the simulators; close them by `stop`. */
export async function startOutside({
  port,
  pace = PACE,
  openai: model,
  google: calendars,
  staff = TAKES_CALLS,
}: OutsideOptions): Promise<Outside> {
  const publicUrl = `http://127.0.0.1:${port}`;
  const openai = await startOpenAiSim({ pace, ...model });
  const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'a token of the simulated account' };
  const number = numberSettings(publicUrl);
  const twilio = await startTwilioSim({
    ...account,
    numbers: { [RADIANCE]: number, [LUMEN]: number, [NOBODYS]: number },
    staff: { [STAFF]: staff },
    pace,
  });
  const google = await openOutsideGoogle(calendars);
  return {
    openai,
    twilio,
    google: google.sim,
    publicUrl,
    authToken: account.authToken,
    environment: {
      HOST: '127.0.0.1',
      PORT: String(port),
      OPS_PORT: '0',
      PUBLIC_URL: publicUrl,
      OPENAI_API_KEY: 'sk-simulated',
      OPENAI_BASE_URL: openai.url,
      OPENAI_REALTIME_URL: openai.realtimeUrl,
      TWILIO_ACCOUNT_SID: account.accountSid,
      TWILIO_AUTH_TOKEN: account.authToken,
      TWILIO_API_BASE_URL: twilio.url,
      ...google.environment,
    },
    async stop() {
      await Promise.all([openai.stop(), twilio.stop(), google.sim.stop()]);
    },
  };
}
