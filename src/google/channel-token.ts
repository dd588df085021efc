/** What comes along when a calendar knocks: proof that it was us who asked it to, and for which clinic. */
import { z } from 'zod';
import { seal, unseal } from '../../ops/sealed.ts';

export interface ChannelClaim {
  readonly clinicId: string;
  readonly channelId: string;
}

const PURPOSE = 'google-channel.v1.';
const claim = z.object({ clinicId: z.uuid(), channelId: z.uuid() });

/** Under 256 characters, which is what a channel takes. */
export const channelToken = (secret: string, { clinicId, channelId }: ChannelClaim): string =>
  seal(secret, PURPOSE, { clinicId, channelId });

/** Null for a token that is not ours, or of another channel. */
export function readChannelToken(secret: string, channelId: string, token: string): ChannelClaim | null {
  const found = claim.safeParse(unseal(secret, PURPOSE, token)).data;
  return found?.channelId === channelId ? found : null;
}
