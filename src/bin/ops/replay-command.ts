/**
 * `npm run ops -- replay CALL`: a recorded call folded again by this release, told message by message; and where it does
 * otherwise than was done then. What callers said is in it: whoever runs this may read the transcript as well.
 */
import type { CallEffect } from '../../../actors/call/effects.ts';
import { type ReplayedStep, replayed } from '../../../actors/call/replaying.ts';
import { effectName, withoutAudio } from '../../../actors/call/trace.ts';
import { findRecordedCall, foldsOf } from '../../../db/call-events.ts';
import type { Database } from '../../../db/postgres.ts';
import { FOLDS_KEPT_DAYS } from '../../domain/folds.ts';
import { NotDone } from './clinic-command.ts';
import { type RecordedStretch, reasonOf, stretchesOf, Unreadable } from './recorded-call.ts';

export interface Replay {
  readonly story: string;
  /** All of it was folded again, and nothing came out otherwise. */
  readonly isSame: boolean;
}

/** Throws `NotDone`, or what the database threw. */
export async function runReplayCommand(call: string, database: Database): Promise<Replay> {
  const found = await findRecordedCall(database, call);
  if (!found) throw new NotDone(`There is no call ${call}.`);
  const stored = await foldsOf(database, found.clinicId, found.conversationId);
  if (stored.length === 0)
    throw new NotDone(`Nothing is kept of how ${call} went: it is older than ${FOLDS_KEPT_DAYS} days, or was no call.`);
  const told = tellStretches(stretchesIn(call, stored));
  return found.isOver ? told : { ...told, story: `This call is not over yet.\n${told.story}` };
}

function stretchesIn(call: string, stored: Parameters<typeof stretchesOf>[0]): readonly RecordedStretch[] {
  try {
    return stretchesOf(stored);
  } catch (error) {
    throw error instanceof Unreadable ? new NotDone(`${call}: ${error.message}.`) : error;
  }
}

/** Each owner's part by itself: it begins from what is known, whatever became of the part before. */
export function tellStretches(stretches: readonly RecordedStretch[]): Replay {
  const parts = stretches.map(tellStretch);
  const isSame = parts.every((part) => part.isSame);
  const count = stretches.reduce((sum, { folds }) => sum + folds.length, 0);
  const end = isSame
    ? `The same: ${count} messages, and all that came of them`
    : 'Not the same, or not all there: see above';
  return { story: `${parts.map(({ story }) => story).join('')}${end}.\n`, isSame };
}

function tellStretch({ epoch, beginning, folds, missing }: RecordedStretch): Replay {
  const { state, facts } = beginning;
  const { identity, startedAt } = state;
  const head = `${facts.clinic.name}, ${identity.channel}, on ${identity.node} (owner ${epoch})\n`;
  const steps = [...replayed(beginning, folds)];
  const hasDifference = steps.some((step) => !step.isSame);
  const gap =
    missing === null || hasDifference ? '' : `Message ${missing} was never stored: beyond it nothing can be said.\n`;
  const story = head + steps.map((step) => tellStep(step, startedAt)).join('') + gap;
  return { story, isSame: !hasDifference && missing === null };
}

function tellStep(step: ReplayedStep, startedAt: number): string {
  const { type, ...content } = step.recorded.message;
  const seconds = ((step.recorded.at - startedAt) / 1_000).toFixed(3).padStart(9);
  const came = step.effects.map((effect) => `${INDENT}→ ${effectName(effect)} ${shortened(contentOf(effect))}\n`);
  const words = Object.keys(content).length === 0 ? '' : ` ${shortened(JSON.stringify(content))}`;
  return `${seconds} s  ${type}${words}\n${came.join('')}${step.isSame ? '' : tellDifference(step)}`;
}

const INDENT = ' '.repeat(13);
const LONGEST_CONTENT = 160;

function contentOf(effect: CallEffect): string {
  const { kind, ...content } = withoutAudio(effect);
  // Most have one part, which says it all.
  const parts = Object.values(content);
  return kind === 'event' || parts.length > 1 ? JSON.stringify(content) : JSON.stringify(parts[0] ?? {});
}

function shortened(text: string): string {
  return text.length <= LONGEST_CONTENT ? text : `${text.slice(0, LONGEST_CONTENT)}…`;
}

function tellDifference(step: ReplayedStep): string {
  const { recorded, trace, error } = step;
  const contents = contentsOf(step);
  const lines = [
    `differs at message ${recorded.n}:`,
    ...differing('wanted done', recorded.effects, trace.effects, contents),
    ...differing('changed', recorded.changed, trace.changed, contents),
    ...(error === undefined ? [] : [`this release threw: ${reasonOf(error)}`]),
  ];
  return lines.map((line) => `${INDENT}${line}\n`).join('');
}

/** In full, by the pieces of the trace that stand for them. */
function contentsOf({ trace, effects, state }: ReplayedStep): ReadonlyMap<string, string> {
  const parts: Readonly<Record<string, unknown>> = { ...state };
  const wanted = piecesOf(trace.effects).map((piece, place): [string, unknown] => [piece, effects[place]]);
  const changed = piecesOf(trace.changed).map((piece): [string, unknown] => [piece, parts[nameOf(piece)]]);
  return new Map([...wanted, ...changed].map(([piece, content]) => [piece, JSON.stringify(content)]));
}

function differing(what: string, then: string, now: string, contents: ReadonlyMap<string, string>): string[] {
  if (then === now) return [];
  const recorded = piecesOf(then);
  return [
    `${what} then: ${then || 'nothing'}`,
    `${what} now:  ${now || 'nothing'}`,
    ...piecesOf(now).flatMap((piece) => (recorded.includes(piece) ? [] : [`  ${piece} = ${contents.get(piece)}`])),
  ];
}

function nameOf(piece: string): string {
  return piece.slice(0, piece.lastIndexOf('~'));
}

function piecesOf(trace: string): string[] {
  return trace.split(' ').filter((piece) => piece !== '');
}
