/** Where Twilio finds Ava: the paths of her routes, and what a clinic's number is set to. */

export const TWILIO_PATHS = {
  voice: '/twilio/voice',
  voiceContinue: '/twilio/voice/continue',
  voiceWhisper: '/twilio/voice/whisper',
  status: '/twilio/status',
  sms: '/twilio/sms',
  smsStatus: '/twilio/sms/status',
  media: '/twilio/media',
} as const;

/**
 * Twilio's settings of a number, by the names of its REST API. The fallback ("primary handler fails") is asked in place of
 * whatever could not be had of a call, its first document or a later one: what comes next is the question in any case.
 * Source: twilio.com/docs/usage/security/availability-reliability.
 */
export interface NumberSettings {
  readonly voiceUrl: string;
  readonly voiceFallbackUrl: string;
  readonly statusCallback: string;
  readonly smsUrl: string;
}

/** `publicUrl` without a slash at its end. */
export function numberSettings(publicUrl: string): NumberSettings {
  return {
    voiceUrl: publicUrl + TWILIO_PATHS.voice,
    voiceFallbackUrl: publicUrl + TWILIO_PATHS.voiceContinue,
    statusCallback: publicUrl + TWILIO_PATHS.status,
    smsUrl: publicUrl + TWILIO_PATHS.sms,
  };
}
