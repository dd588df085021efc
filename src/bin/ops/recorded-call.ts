/** A call's folds as they are stored, read into what can be folded again: one stretch for each owner that the call had. */
import { z } from 'zod';
import { CALL_LIMITS, type CallLimits } from '../../../actors/call/messages.ts';
import { RECORDING_SCHEMA } from '../../../actors/call/recording.ts';
import type { Beginning, RecordedFold } from '../../../actors/call/replaying.ts';
import type { StoredFold } from '../../../db/call-events.ts';
import { parseClinic } from '../../../db/clinics.ts';
import { ONE_TEXT } from '../../domain/call-keeping.ts';
import { fixedPhrases } from '../../receptionist/phrases.ts';
import { restored } from '../call-snapshot.ts';

export interface RecordedStretch {
  readonly epoch: number;
  readonly beginning: Beginning;
  /** Up to the first that is missing. */
  readonly folds: readonly RecordedFold[];
  /** Number of the first that is missing among those that are there; null: none is. */
  readonly missing: number | null;
}

/** What this release cannot read; says why. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

export function stretchesOf(stored: readonly StoredFold[]): readonly RecordedStretch[] {
  const epochs = [...new Set(stored.map(({ epoch }) => epoch))];
  return epochs.map((epoch) => stretchOf(stored.filter((fold) => fold.epoch === epoch)));
}

function stretchOf([first, ...rest]: readonly StoredFold[]): RecordedStretch {
  if (first?.n !== 0) throw new Unreadable('what it began from is no longer kept, or never was');
  const end = rest.findIndex(({ n }, index) => n !== index + 1);
  const whole = end < 0 ? rest : rest.slice(0, end);
  return {
    epoch: first.epoch,
    beginning: beginningOf(first.message),
    folds: whole.map(foldOf),
    missing: end < 0 ? null : end + 1,
  };
}

const limits = z.object({
  toolMs: z.number(),
  farewellMs: z.number(),
  fillerMs: z.number(),
  silenceMs: z.number(),
  /** Calls of releases before were recorded without. */
  unheardMs: z.number().default(CALL_LIMITS.unheardMs),
  wordsMs: z.number(),
  warningMs: z.number(),
}) satisfies z.ZodType<CallLimits>;

const versioned = z.looseObject({ schema: z.int() });
const begun = z.object({ clinic: z.unknown(), limits, state: z.looseObject({ history: z.array(z.unknown()) }) });

function beginningOf(stored: unknown): Beginning {
  return readable('what the call began from', () => {
    const { schema } = versioned.parse(stored);
    if (schema !== RECORDING_SCHEMA)
      throw new Error(`it is of schema ${schema}, and ${RECORDING_SCHEMA} is known here`);
    const { state, ...facts } = begun.parse(stored);
    const clinic = parseClinic(facts.clinic);
    return {
      facts: { clinic, limits: facts.limits, phrasesIn: (language) => fixedPhrases(clinic, language) },
      state: restored(
        { [ONE_TEXT]: JSON.stringify(state) },
        state.history.map((item) => JSON.stringify(item)),
      ),
    };
  });
}

const phrases = z.record(z.string(), z.number().nullable()).nullable();

function foldOf({ n, at, message, phrases: asked, effects, changed }: StoredFold): RecordedFold {
  return readable(`message ${n}`, () => {
    if (!isMessage(message)) throw new Error(`there is no such message here: ${JSON.stringify(message)}`);
    return { n, at, message, phrases: phrases.parse(asked) ?? {}, effects, changed };
  });
}

function readable<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Unreadable(`${what} cannot be read by this release: ${reasonOf(error)}`);
  }
}

/** In a line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}

/** All that a call's step takes. */
const MESSAGES: Readonly<Record<RecordedFold['message']['type'], true>> = {
  phone_opened: true,
  playback_started: true,
  playback_confirmed: true,
  playback_finished: true,
  playback_paused: true,
  playback_cut: true,
  digit: true,
  phone_closed: true,
  caller_speech_started: true,
  caller_speech_stopped: true,
  caller_turn_committed: true,
  commit_refused: true,
  caller_words: true,
  caller_words_failed: true,
  response_started: true,
  words_delta: true,
  words: true,
  tool_requested: true,
  response_ended: true,
  model_ready: true,
  model_lost: true,
  model_stands_by: true,
  tool_answered: true,
  hold_answered: true,
  staff_told: true,
  staff_answered: true,
  staff_missed: true,
  caller_left: true,
  caller_typed: true,
  caller_commits: true,
  caller_interrupts: true,
  caller_known: true,
  line_lost: true,
  line_back: true,
  taken_up: true,
  billed: true,
  shut_down: true,
  deadline: true,
};

const typed = z.looseObject({ type: z.string() });

/** By its type alone: whoever wrote it had the same types, or another schema. */
function isMessage(stored: unknown): stored is RecordedFold['message'] {
  const read = typed.safeParse(stored);
  return read.success && Object.hasOwn(MESSAGES, read.data.type);
}
