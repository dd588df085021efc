import type { CallerScript } from './script.ts';

/** Says nothing at all, and hangs up after a minute in which nobody spoke. */
export function silent(): CallerScript {
  return {
    name: 'silent',
    description: 'Never says a word',
    rules: [],
    patience: { maxSilenceMs: 60_000, prompt: '', prompts: 0 },
  };
}
