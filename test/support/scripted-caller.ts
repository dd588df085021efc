/** A caller who speaks when they please, over Ava too; their transcripts come late, out of order, empty or never. */
import type { ScriptedModel } from './scripted-model.ts';
import type { Random } from './seed.ts';

const SENTENCES = [
  'Hello?',
  'I would like Botox tomorrow at two.',
  'The second one, please.',
  'Something else?',
  'Yes, that works.',
  'No, thank you. Goodbye.',
  '',
];

export function speakInto(model: ScriptedModel, random: Random, turns: number): void {
  const speak = (n: number): void => {
    if (n > turns) return;
    const itemId = `turn_${model.nth}_${n}`;
    model.tell({ type: 'caller_speech_started', itemId });
    model.later(300 + random() * 2_000, () => {
      model.tell({ type: 'caller_speech_stopped', itemId, speechMs: null });
      model.tell({ type: 'caller_turn_committed', itemId });
      transcribe(model, random, itemId);
      model.later(600 + random() ** 2 * 12_000, () => speak(n + 1));
    });
  };
  model.later(random() * 6_000, () => speak(1));
}

function transcribe(model: ScriptedModel, random: Random, itemId: string): void {
  const text = SENTENCES[Math.floor(random() * SENTENCES.length)] ?? '';
  const chance = random();
  if (chance < 0.05) return;
  model.later(50 + random() * 3_000, () =>
    model.tell(chance < 0.1 ? { type: 'caller_words_failed', itemId } : { type: 'caller_words', itemId, text }),
  );
}
