/**
 * The simulator as a process of its own. Configured by one JSON document, given as the first argument or in the variable
 * `TWILIO_SIM_OPTIONS`: `TwilioSimOptions` without scripts. Prints one line of JSON with its addresses, and stops on
 * SIGTERM, SIGINT, or when its standard input closes after `--until-stdin-closes`.
 */
import { z } from 'zod';
import { FaultPlan } from './faults.ts';
import { NumberConfig, PlainPhoneBehaviour } from './options.ts';
import { startTwilioSim } from './server.ts';

const ProcessOptions = z
  .object({
    port: z.number().int().min(0).max(65_535).optional(),
    host: z.string().optional(),
    accountSid: z.string().min(1),
    authToken: z.string().min(1),
    numbers: z.record(z.string(), NumberConfig),
    staff: z.record(z.string(), PlainPhoneBehaviour).optional(),
    pace: z.number().positive().optional(),
    seed: z.number().int().optional(),
    publicUrlForSigning: z.string().optional(),
    faults: FaultPlan.optional(),
  })
  .strict();

const flags = process.argv.slice(2);
const given = flags.find((argument) => !argument.startsWith('--')) ?? process.env['TWILIO_SIM_OPTIONS'] ?? '{}';
const options = ProcessOptions.safeParse(JSON.parse(given));
if (!options.success) {
  process.stderr.write(`${z.prettifyError(options.error)}\n`);
  process.exit(78);
}

const { accountSid, numbers } = options.data;
const sim = await startTwilioSim(options.data);
process.stdout.write(
  `${JSON.stringify({ url: sim.url, controlUrl: `${sim.url}/sim`, accountSid, numbers: Object.keys(numbers) })}\n`,
);

const stop = (): void => {
  void sim.stop().then(() => process.exit(0));
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
if (flags.includes('--until-stdin-closes')) process.stdin.once('end', stop).resume();
