/** One caller's story, told to an Ava of its own from the first ring to the closed record. */
import type { TestContext } from 'vitest';
import type { StoredConversation } from '../../db/conversation-reader.ts';
import { scenario } from '../sim/callers/scenarios.ts';
import type { Call } from '../sim/twilio/call.ts';
import { type AvaStand, type AvaStandOptions, startAva } from './ava.ts';

/** Monday 2026-11-23, 10:00 in New York. */
export const OPEN = '2026-11-23T15:00:00Z';
export const STORY_MS = 90_000;

export interface ToldStory {
  readonly ava: AvaStand;
  readonly call: Call;
  readonly conversation: StoredConversation;
}

/** Ava is stopped with the test. */
export async function toldStory(context: TestContext, name: string, options: AvaStandOptions = {}): Promise<ToldStory> {
  const ava = await startAva({ at: OPEN, ...options });
  context.onTestFinished(() => ava.stop());
  const call = ava.place(scenario(name));
  await call.ended;
  return { ava, call, conversation: await ava.conversation(call) };
}
