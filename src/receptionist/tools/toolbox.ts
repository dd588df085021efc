/**
 * The tools of the receptionist, one list for voice, web and SMS, and the one way to use them: arguments are parsed,
 * whatever breaks becomes an answer, and the model never sees an exception.
 */
import { z } from 'zod';
import { CalendarTrouble } from '../../domain/calendar.ts';
import type { FailureCode } from '../../domain/failures.ts';
import type { ToolDeclaration, ToolOutcome } from '../../domain/tools.ts';
import { bookAppointment } from './book-appointment.ts';
import { calendarUnavailable } from './calendar-trouble.ts';
import { cancelAppointment } from './cancel-appointment.ts';
import { checkAvailability } from './check-availability.ts';
import { endCall } from './end-call.ts';
import { findAppointments } from './find-appointments.ts';
import { getClinicInfo } from './get-clinic-info.ts';
import { joinWaitlist } from './join-waitlist.ts';
import { rescheduleAppointment } from './reschedule-appointment.ts';
import { takeMessage } from './take-message.ts';
import { failed, type Tool, type ToolContext } from './tool.ts';
import { transferToStaff } from './transfer-to-staff.ts';

const TOOLS: readonly Tool[] = [
  checkAvailability,
  bookAppointment,
  findAppointments,
  rescheduleAppointment,
  cancelAppointment,
  getClinicInfo,
  joinWaitlist,
  takeMessage,
  transferToStaff,
  endCall,
];

/** Made once: deriving a JSON Schema costs more than a caller's greeting. */
const DECLARATIONS: readonly ToolDeclaration[] = TOOLS.map(({ name, description, schema }) => {
  const { $schema: _draft, ...parameters } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return { name, description, parameters };
});

export function toolDeclarations(): readonly ToolDeclaration[] {
  return DECLARATIONS;
}

/** Told of what should never happen, with the stack, so that it can be logged and counted. */
export type ReportBreakage = (tool: string, code: FailureCode, error: unknown) => void;

/** Runs a tool by the name and the argument text that a model sent. Resolves always. */
export async function useTool(
  name: string,
  argumentsText: string,
  context: ToolContext,
  report: ReportBreakage,
): Promise<ToolOutcome> {
  const tool = TOOLS.find((each) => each.name === name);
  if (!tool) return unknownTool(name);
  const parsed = parseArguments(tool, argumentsText);
  if ('failure' in parsed) return parsed.failure;
  try {
    return await tool.run(parsed.args, context);
  } catch (error) {
    if (error instanceof CalendarTrouble) {
      report(name, 'calendar_unavailable', error);
      return calendarUnavailable(error);
    }
    report(name, 'internal_error', error);
    return failed('internal_error', tool.apology ?? BROKEN);
  }
}

const BROKEN =
  "I'm having trouble with our system right now, so I can't confirm that. " +
  'Would you like me to take your information and have someone call you back?';

function unknownTool(name: string): ToolOutcome {
  return failed('invalid_arguments', 'One moment, please.', {
    details: `There is no tool ${JSON.stringify(name.slice(0, 60))}. The tools are ${TOOLS.map((tool) => tool.name).join(', ')}.`,
  });
}

function parseArguments(tool: Tool, text: string): { readonly args: unknown } | { readonly failure: ToolOutcome } {
  let json: unknown;
  try {
    json = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    return { failure: badArguments('The arguments were no valid JSON. Send one JSON object.') };
  }
  const parsed = tool.schema.safeParse(json);
  if (parsed.success) return { args: parsed.data };
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'arguments'}: ${issue.message}`);
  return { failure: badArguments(problems.join('; ')) };
}

function badArguments(details: string): ToolOutcome {
  return failed('invalid_arguments', "I'm sorry, could you tell me that once more?", { details });
}
