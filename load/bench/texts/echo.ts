/** A model that answers with the numbers of the texts it is asked about, so that each reply says whose it is. */
import type { Brain, BrainItem } from '../../../test/sim/openai/brain/brain.ts';

/** A text with these words has the model use a tool before it answers. */
export const LOOK_UP = 'Please look up your hours.';

export const numbered = (n: number): string => `#${n}.`;

export const numbersIn = (text: string): number[] => Array.from(text.matchAll(/#(\d+)\./g), ([, n]) => Number(n));

/** What was said since the model last said something. */
function unanswered(items: readonly BrainItem[]): readonly BrainItem[] {
  return items.slice(items.findLastIndex(({ kind }) => kind === 'assistant') + 1);
}

export const echo: Brain = {
  name: 'echo',
  reply({ items }) {
    const open = unanswered(items);
    const asked = open.flatMap((item) => (item.kind === 'caller' ? [item.text] : [])).join(' ');
    if (asked.includes(LOOK_UP) && !open.some(({ kind }) => kind === 'output'))
      return { calls: [{ name: 'get_clinic_info', arguments: '{"topic":"hours"}' }] };
    return { say: `You wrote ${numbersIn(asked).map(numbered).join(' ')}` };
  },
};
