import type { NewText } from '../../src/domain/texts.ts';

/** A message to be sent; another one where the key is another. */
export function textOf(more: Partial<NewText> = {}): NewText {
  return { to: '+15550100142', body: 'Hello.', key: 'hello', conversationId: null, usefulForMs: 3_600_000, ...more };
}
