/** What `POST /v1/responses` takes, as strictly as the service takes it, and what it refuses. */
import { z } from 'zod';
import { isTextModel } from '../models.ts';
import { type Refusal, refusalOf, refuse } from '../refusal.ts';
import { toolChoiceSchema, toolSchema } from '../session-config.ts';
import { strictnessProblem } from './strict-schema.ts';

const content = z.union([
  z.string(),
  z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('input_text'), text: z.string() }),
        z.looseObject({ type: z.literal('output_text'), text: z.string() }),
      ]),
    )
    .min(1),
]);

const message = z.strictObject({
  type: z.literal('message').default('message'),
  id: z.string().optional(),
  status: z.enum(['completed', 'incomplete', 'in_progress']).optional(),
  role: z.enum(['user', 'assistant', 'system', 'developer']),
  content,
});
const functionCall = z.strictObject({
  type: z.literal('function_call'),
  id: z.string().optional(),
  status: z.enum(['completed', 'incomplete', 'in_progress']).optional(),
  call_id: z.string().min(1),
  name: z.string().min(1),
  arguments: z.string(),
});
const functionCallOutput = z.strictObject({
  type: z.literal('function_call_output'),
  id: z.string().optional(),
  status: z.enum(['completed', 'incomplete', 'in_progress']).optional(),
  call_id: z.string().min(1),
  output: z.string(),
});
const inputItem = z.union([functionCall, functionCallOutput, message]);

const format = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({
    type: z.literal('json_schema'),
    name: z
      .string()
      .regex(/^[a-zA-Z0-9_-]+$/)
      .max(64),
    description: z.string().optional(),
    strict: z.boolean().nullish(),
    schema: z.looseObject({}),
  }),
]);

const textTool = toolSchema.extend({ strict: z.boolean().nullish() });

const requestSchema = z.strictObject({
  model: z.string(),
  input: z.union([z.string(), z.array(inputItem).min(1)]),
  instructions: z.string().nullish(),
  text: z
    .strictObject({ format: format.optional(), verbosity: z.enum(['low', 'medium', 'high']).nullish() })
    .optional(),
  tools: z.array(textTool).max(128).optional(),
  tool_choice: toolChoiceSchema.optional(),
  parallel_tool_calls: z.boolean().nullish(),
  max_output_tokens: z.int().min(16).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  reasoning: z
    .strictObject({ effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).nullish() })
    .nullish(),
  store: z.boolean().nullish(),
  stream: z.literal(false).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  truncation: z.enum(['auto', 'disabled']).nullish(),
  prompt_cache_key: z.string().nullish(),
  safety_identifier: z.string().nullish(),
  service_tier: z.enum(['auto', 'default', 'flex', 'priority']).nullish(),
});

export type TextRequest = z.infer<typeof requestSchema>;
export type InputItem = z.infer<typeof inputItem>;

/** A request that can be answered, or the first thing wrong with it. */
export function textRequestOf(body: unknown): { readonly request: TextRequest } | { readonly refusal: Refusal } {
  const parsed = requestSchema.safeParse(body, { reportInput: true });
  if (!parsed.success) return { refusal: refusalOf(parsed.error, '') };
  const refusal =
    modelProblem(parsed.data) ?? schemaProblem(parsed.data) ?? toolProblem(parsed.data) ?? lostCall(parsed.data);
  return refusal === undefined ? { request: parsed.data } : { refusal };
}

function modelProblem({ model }: TextRequest): Refusal | undefined {
  if (isTextModel(model)) return undefined;
  return refuse('model_not_found', `The requested model '${model}' does not exist.`, 'model');
}

function schemaProblem({ text }: TextRequest): Refusal | undefined {
  const wanted = text?.format;
  if (wanted?.type !== 'json_schema' || wanted.strict !== true) return undefined;
  const problem = strictnessProblem(wanted.schema);
  if (problem === undefined) return undefined;
  return refuse(
    'invalid_json_schema',
    `Invalid schema for response_format '${wanted.name}': ${problem}`,
    'text.format.schema',
  );
}

function toolProblem({ tools = [] }: TextRequest): Refusal | undefined {
  for (const [at, { name, strict, parameters = {} }] of tools.entries()) {
    const problem = strict === true ? strictnessProblem(parameters) : undefined;
    if (problem === undefined) continue;
    const message = `Invalid schema for function '${name}': ${problem}`;
    return refuse('invalid_function_parameters', message, `tools[${at}].parameters`);
  }
  return undefined;
}

/** Every output belongs to a call, and every call has its output. */
function lostCall({ input }: TextRequest): Refusal | undefined {
  if (typeof input === 'string') return undefined;
  const idsOf = (type: InputItem['type']): string[] =>
    input.flatMap((item) => (item.type === type && 'call_id' in item ? [item.call_id] : []));
  const [calls, outputs] = [idsOf('function_call'), idsOf('function_call_output')];
  const orphan = outputs.find((id) => !calls.includes(id));
  if (orphan !== undefined) {
    return refuse(null, `No tool call found for function call output with call_id ${orphan}.`, 'input');
  }
  const open = calls.find((id) => !outputs.includes(id));
  return open === undefined ? undefined : refuse(null, `No tool output found for function call ${open}.`, 'input');
}
