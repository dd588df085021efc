/**
 * The simulator as a process: `tsx test/sim/openai/main.ts [--port N] [--host H] [--brain receptionist|clumsy]
 * [--pace N] [--think-ms N] [--seed N] [--api-key K]`; the same as `OPENAI_SIM_PORT` and so on in the environment. Prints one JSON line
 * with its addresses, ends on SIGINT or SIGTERM.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startOpenAiSim } from './server.ts';

const option = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    port: option,
    host: option,
    brain: option,
    pace: option,
    'think-ms': option,
    seed: option,
    'api-key': option,
  },
});
const { env } = process;

const optionsSchema = z.object({
  port: z.coerce.number().int().min(0).max(65_535).optional(),
  host: z.string().optional(),
  brain: z.enum(['receptionist', 'clumsy']).optional(),
  pace: z.coerce.number().positive().optional(),
  thinkMs: z.coerce.number().min(0).optional(),
  seed: z.coerce.number().int().optional(),
  apiKey: z.string().min(1).optional(),
});

const sim = await startOpenAiSim(
  optionsSchema.parse({
    port: values.port ?? env.OPENAI_SIM_PORT,
    host: values.host ?? env.OPENAI_SIM_HOST,
    brain: values.brain ?? env.OPENAI_SIM_BRAIN,
    pace: values.pace ?? env.OPENAI_SIM_PACE,
    thinkMs: values['think-ms'] ?? env.OPENAI_SIM_THINK_MS,
    seed: values.seed ?? env.OPENAI_SIM_SEED,
    apiKey: values['api-key'] ?? env.OPENAI_SIM_API_KEY,
  }),
);
process.stdout.write(`${JSON.stringify({ url: sim.url, realtimeUrl: sim.realtimeUrl, controlUrl: sim.controlUrl })}\n`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void sim.stop();
  });
}
