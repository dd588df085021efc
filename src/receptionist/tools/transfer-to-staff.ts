import { z } from 'zod';
import { readablePhone } from '../../domain/phone-numbers.ts';
import { staffReachable } from '../../domain/staff-reach.ts';
import type { ToolOutcome } from '../../domain/tools.ts';
import { fixedPhrases } from '../phrases.ts';
import { answered, defineTool, failed, type ToolContext } from './tool.ts';

const schema = z.object({
  reason: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .describe('Who is calling and why, in one short sentence that staff will hear.'),
});

export const transferToStaff = defineTool({
  name: 'transfer_to_staff',
  description:
    'Puts the caller through to staff. Use it when the caller asks for a person, or needs what you cannot do. Where ' +
    'nobody can be reached it says so; then offer to take a message.',
  schema,
  run({ reason }, context) {
    return Promise.resolve(context.channel === 'voice' ? putThrough(reason, context) : numberToCall(context));
  },
});

function putThrough(reason: string, { clinic, now }: ToolContext): ToolOutcome {
  if (staffReachable(clinic, now())) {
    const guidance = 'The call is put through now. Say nothing more.';
    return answered({ guidance }, [{ type: 'transfer', reason }]);
  }
  const details = clinic.staffPhones.length === 0 ? 'The clinic has no staff line.' : 'It is outside staff hours.';
  return unreachable(fixedPhrases(clinic).staffAway, details);
}

/** Only a telephone call can be put through. */
function numberToCall({ clinic }: ToolContext): ToolOutcome {
  const phone = readablePhone(clinic.phone, clinic.phone);
  const sentence = `I can't connect you from here, but you can call us at ${phone}. Or would you like to leave a message?`;
  return unreachable(sentence, 'This conversation is no telephone call.');
}

function unreachable(sentence: string, why: string): ToolOutcome {
  return failed('invalid_arguments', sentence, {
    details: `Nobody can be put through: ${why} Other arguments change nothing.`,
    guidance: 'Do not try again. Offer to take a message with take_message.',
  });
}
