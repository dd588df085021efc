/** What a simulated Twilio account is made of. */
import { z } from 'zod';
import type { CallerScript } from '../callers/script.ts';
import type { FaultPlan } from './faults.ts';

export const NumberConfig = z
  .object({
    voiceUrl: z.string(),
    voiceFallbackUrl: z.string().optional(),
    statusCallback: z.string().optional(),
    smsUrl: z.string().optional(),
  })
  .strict();

/** A phone number of the account, as its owner configured it. All webhooks are POST. */
export type NumberConfig = z.infer<typeof NumberConfig>;

export const PlainPhoneBehaviour = z.discriminatedUnion('kind', [
  z
    .object({
      kind: z.literal('answers'),
      /** From the first ring. */
      afterMs: z.number().min(0).optional(),
      /** Said on picking up, or, when a whisper is played first, on being connected. */
      greeting: z.string().optional(),
      /** Pressed once a whisper has been heard. */
      acceptDigits: z.string().optional(),
    })
    .strict(),
  /** An answering machine: speaks at once, and hears nothing. */
  z.object({ kind: z.literal('machine'), afterMs: z.number().min(0).optional(), greeting: z.string() }).strict(),
  z.object({ kind: z.literal('busy') }).strict(),
  z.object({ kind: z.literal('no-answer') }).strict(),
  z.object({ kind: z.literal('failed') }).strict(),
]);

/** How a phone that the product dials reacts. */
export type StaffBehaviour = z.infer<typeof PlainPhoneBehaviour> & {
  /** Who speaks on an answered phone, once connected. */
  readonly script?: CallerScript;
};

export interface TwilioSimOptions {
  /** 0 or undefined: a free one. */
  readonly port?: number;
  readonly host?: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly numbers: Readonly<Record<string, NumberConfig>>;
  /** Phones that can be dialled; any other number is unreachable (`failed`). */
  readonly staff?: Readonly<Record<string, StaffBehaviour>>;
  /** How fast people talk and react; 2 is twice as fast. Media always runs in real time. */
  readonly pace?: number;
  readonly seed?: number;
  /** The product's public URL where it is not reached by it: signatures are made over it. */
  readonly publicUrlForSigning?: string;
  readonly faults?: FaultPlan;
}
