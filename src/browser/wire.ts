/** The messages of a call from a browser, in both directions: the contract's page on `WS /ws/voice/{session_id}`. */
import { z } from 'zod';

/** More text than anybody types to a receptionist. */
const LONGEST_TEXT = 2_000;
const SEQ = z.number().int().nonnegative();

const ClientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('audio'), data: z.string(), seq: SEQ.optional() }),
  z.object({ type: z.literal('commit') }),
  z.object({ type: z.literal('interrupt') }),
  z.object({ type: z.literal('text'), text: z.string().trim().min(1).max(LONGEST_TEXT) }),
  z.object({ type: z.literal('played'), item_id: z.string().max(128), ms: z.number().nonnegative() }),
  z.object({ type: z.literal('end_session') }),
]);

export type ClientMessage = z.infer<typeof ClientMessage>;

export type ServerMessage =
  | {
      readonly type: 'session';
      readonly session_id: string;
      readonly conversation_id: string;
      readonly resumed: boolean;
    }
  | { readonly type: 'audio'; readonly data: string; readonly item_id: string; readonly offset_ms: number }
  | { readonly type: 'ack'; readonly seq: number }
  | {
      readonly type: 'transcript';
      readonly role: 'assistant' | 'customer';
      readonly text: string;
      readonly final: boolean;
      readonly item_id: string;
    }
  | { readonly type: 'clear' }
  | { readonly type: 'tool'; readonly name: string; readonly status: 'started' | 'done' | 'failed' }
  | { readonly type: 'error'; readonly code: ErrorCode; readonly message: string }
  | { readonly type: 'ended'; readonly outcome: string };

export type ErrorCode =
  | 'bad_message'
  | 'bad_audio'
  | 'message_too_large'
  | 'too_many_messages'
  | 'busy'
  | 'unknown_clinic'
  | 'used_token'
  | 'expired_token'
  | 'internal_error';

/** What is wrong with a message, in words for its sender. */
export interface Wrong {
  readonly code: ErrorCode;
  readonly wrong: string;
}

export function parseClientMessage(text: string): ClientMessage | Wrong {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { code: 'bad_message', wrong: 'This is no JSON. Send one JSON object a message.' };
  }
  const parsed = ClientMessage.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') ?? '';
  return {
    code: 'bad_message',
    wrong:
      where === '' || where === 'type'
        ? 'The type must be one of audio, commit, interrupt, text, played, end_session.'
        : `${where}: ${issue?.message ?? 'wrong'}.`,
  };
}
