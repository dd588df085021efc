/**
 * The simulator as a process of its own. Configured by one JSON document, given as the first argument or in the variable
 * `GOOGLE_SIM_OPTIONS`: `GoogleSimOptions`. Prints one line of JSON with its addresses, and stops on SIGTERM, SIGINT, or
 * when its standard input closes after `--until-stdin-closes`.
 */
import { z } from 'zod';
import { CalendarBody } from './control.ts';
import { FaultPlan } from './faults.ts';
import { startGoogleSim } from './server.ts';
import { Account } from './tokens.ts';

const share = z.number().min(0).max(1);
const ProcessOptions = z.strictObject({
  port: z.int().min(0).max(65_535).optional(),
  host: z.string().optional(),
  accounts: z.array(Account).optional(),
  calendars: z.array(CalendarBody).optional(),
  tokenLifetimeS: z.number().positive().optional(),
  quotas: z
    .strictObject({ perUser: z.number(), perProject: z.number(), writesPerCalendar: z.number() })
    .partial()
    .optional(),
  faults: FaultPlan.optional(),
  seed: z.int().optional(),
  missedCollisions: share.optional(),
  lostPushes: share.optional(),
  plainHttpPush: z.boolean().optional(),
  largestPage: z.int().positive().optional(),
});

const flags = process.argv.slice(2);
const given = flags.find((argument) => !argument.startsWith('--')) ?? process.env['GOOGLE_SIM_OPTIONS'] ?? '{}';
const options = ProcessOptions.safeParse(JSON.parse(given));
if (!options.success) {
  process.stderr.write(`${z.prettifyError(options.error)}\n`);
  process.exit(78);
}

const sim = await startGoogleSim(options.data);
process.stdout.write(`${JSON.stringify({ url: sim.url, controlUrl: `${sim.url}/sim` })}\n`);

const stop = (): void => {
  void sim.stop().then(() => process.exit(0));
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
if (flags.includes('--until-stdin-closes')) process.stdin.once('end', stop).resume();
