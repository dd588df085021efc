import { z } from 'zod';
import { readablePhone } from '../../domain/phone-numbers.ts';
import { phoneOf } from './phone.ts';
import { answered, defineTool, optionalText, personName } from './tool.ts';

const schema = z.object({
  customer_name: personName,
  customer_phone: optionalText(60, 'Where to call back. Leave out to use the number the caller is calling from.'),
  message: z.string().trim().min(1).max(1_000).describe('What staff should know or do, in the caller’s own terms.'),
});

export const takeMessage = defineTool({
  name: 'take_message',
  description:
    'Leaves a message that staff see and call back on. Use it where staff cannot be reached, or the caller would rather ' +
    'leave word. Say that it was passed on only when this answers with success, and say it in the words of `spoken`.',
  schema,
  apology: "I'm sorry, I can't save your message right now. Please call us again a little later.",
  async run(args, context) {
    const { clinic, conversationId } = context;
    const phone = phoneOf(args.customer_phone, context);
    if ('failure' in phone) return phone.failure;
    const words = args.message
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
    const messageId = await context.messages.leave({
      clinicId: clinic.id,
      conversationId,
      key: `${conversationId}/${phone.ok}/${words}`,
      customerName: args.customer_name,
      customerPhone: phone.ok,
      content: { source: 'conversation', text: args.message },
      now: context.now(),
    });
    const reachedAt = readablePhone(phone.ok, clinic.phone);
    return answered(
      {
        message_id: messageId,
        spoken: `Your message is with our team, ${args.customer_name}. They can reach you at ${reachedAt}.`,
      },
      [{ type: 'message_taken' }],
    );
  },
});
