/**
 * What a killed node meant to a caller, read from their telephone alone: what was under way when their line broke, and how
 * long they waited for it. A gap runs from the kill to the first sample of the sentence continued, or of the answer to the
 * caller's last words; "one moment" does not end it. A caller who soon speaks themselves does not wait: it is counted from
 * the end of what they say. Where nobody owed anybody anything, and nobody spoke before the line was back, there is no gap.
 */
import type { HeardWord, LineEvent, PhoneRecord } from './phone-record.ts';

export type Mode = 'she_spoke' | 'caller_spoke' | 'answer_due' | 'nothing_due';

/** How it went on: the sentence or the answer, a request to say it again, nothing that was due, or nothing at all. */
export type GoingOn = 'went_on' | 'asked_again' | 'nothing_due' | 'silence';

export interface Fault {
  readonly callSid: string;
  readonly killedAt: number;
  /** When there was another line; null where there was none. */
  readonly restoredAt: number | null;
  readonly mode: Mode;
  readonly goingOn: GoingOn;
  /** Until she was heard again; null for `nothing_due` and `silence`. */
  readonly gapMs: number | null;
  /** The same where being asked again is no answer either: until there was one. */
  readonly answerGapMs: number | null;
  readonly stages: Stages | null;
}

/** Where the time went, each in ms since the kill. */
export interface Stages {
  readonly brokenMs: number;
  readonly askedMs: number;
  readonly answeredMs: number;
  readonly openedMs: number;
  readonly soundedMs: number;
}

/** A line that breaks so long after a kill broke for another reason. */
const KILL_SHOWS_MS = 3_000;
/** Who speaks so soon after a kill has not waited for her: later it is impatience, and ends no gap. */
const SOON_MS = 2_500;
/** A telephone tells of its line, and of when it spoke, by ticks of 20 ms. */
export const TICKS_MS = 40;
/** Her last word may have been whole when the line broke within the next one. */
const PAUSE_MS = 100;

/** The last word of every goodbye of hers: nothing comes behind it. */
const GOODBYE = 'Goodbye!';
const FILLER = 'One moment, please.';
const ASKS_AGAIN = /^(?:I'm sorry, I lost you|(?:I'm sorry|Sorry), I didn't catch|Are you still there)/;
/** Words that tell whether she asks again: as many as the longest beginning has. */
const BEGINNING_WORDS = 5;

/** The faults of one call, and how many of its lines broke with nobody killed. */
export function faultsOf(record: PhoneRecord, kills: readonly number[]): { faults: Fault[]; unexplained: number } {
  const faults: Fault[] = [];
  let unexplained = 0;
  let lastKill: number | undefined;
  for (const event of record.line) {
    if (event.type !== 'ended' || event.isMeant) continue;
    const killedAt = kills.findLast((at) => at <= event.at && event.at - at <= KILL_SHOWS_MS);
    if (killedAt === undefined) unexplained++;
    // A line that did not come about is the same fault still.
    else if (killedAt !== lastKill) faults.push(faultAt(record, killedAt, event.at));
    lastKill = killedAt ?? lastKill;
  }
  return { faults, unexplained };
}

function faultAt(record: PhoneRecord, killedAt: number, brokenAt: number): Fault {
  const { callSid, line } = record;
  const stages = stagesOf(line, killedAt, brokenAt);
  const restoredAt = stages ? killedAt + stages.openedMs : null;
  const mode = modeAt(record, killedAt, brokenAt);
  const plain = { callSid, killedAt, restoredAt, mode, stages };
  const heard = withoutFillers(record.words.filter(({ text, fromAt }) => text !== '' && fromAt >= brokenAt));
  const first = heard[0];
  const spoken = record.sentences.find(({ toAt, fromAt }) => toAt > killedAt && fromAt < killedAt + SOON_MS);
  if (mode === 'nothing_due' && !(spoken && spoken.fromAt < (restoredAt ?? killedAt)))
    return { ...plain, goingOn: 'nothing_due', gapMs: null, answerGapMs: null };
  if (!first) return { ...plain, goingOn: 'silence', gapMs: null, answerGapMs: null };
  const since = spoken && spoken.toAt <= first.fromAt ? spoken.toAt : killedAt;
  const gapMs = first.fromAt - since;
  if (!asksAgain(heard, 0)) return { ...plain, goingOn: 'went_on', gapMs, answerGapMs: gapMs };
  const answer = answerAfter(record, heard);
  return { ...plain, goingOn: 'asked_again', gapMs, answerGapMs: answer ? answer.fromAt - since : null };
}

function modeAt(record: PhoneRecord, killedAt: number, brokenAt: number): Mode {
  const { words, sentences } = record;
  if (sentences.some(({ fromAt, toAt }) => fromAt <= killedAt && toAt > killedAt)) return 'caller_spoke';
  const last = words.findLast(({ fromAt }) => fromAt < brokenAt);
  const said = sentences.findLast(({ toAt }) => toAt <= killedAt);
  if (!last || (said && said.toAt > last.toAt)) return 'answer_due';
  if (isPartedBy(record, last, brokenAt)) return 'nothing_due';
  // A word that was cut has no text.
  const isWhole = last.toAt < brokenAt - PAUSE_MS && /[.?!]$/.test(last.text);
  return isWhole ? 'nothing_due' : 'she_spoke';
}

/** Whether the caller had said their last sentence, and had all of her goodbye to it. */
function isPartedBy({ isMeant, sentences }: PhoneRecord, last: HeardWord, brokenAt: number): boolean {
  const lastSaid = sentences.at(-1);
  const isAnswered = lastSaid !== undefined && lastSaid.toAt <= last.fromAt;
  return isMeant && isAnswered && last.text === GOODBYE && last.toAt <= brokenAt;
}

/** Null where no other line came. */
function stagesOf(line: readonly LineEvent[], killedAt: number, brokenAt: number): Stages | null {
  const after = line.filter(({ at }) => at >= brokenAt);
  const opened = after.find(({ type }) => type === 'opened');
  const asked = after.findLast((event) => event.type === 'asked' && event.answeredAt <= (opened?.at ?? 0));
  if (!opened || asked?.type !== 'asked') return null;
  const sounded = after.find(({ type, at }) => type === 'sounded' && at >= opened.at);
  return {
    brokenMs: brokenAt - killedAt,
    askedMs: asked.at - killedAt,
    answeredMs: asked.answeredAt - killedAt,
    openedMs: opened.at - killedAt,
    soundedMs: (sounded?.at ?? Number.NaN) - killedAt,
  };
}

function asksAgain(words: readonly HeardWord[], index: number): boolean {
  return ASKS_AGAIN.test(textOf(words.slice(index, index + BEGINNING_WORDS)));
}

/** The first word that answers what the caller said once they had been asked to say it again. */
function answerAfter({ sentences }: PhoneRecord, heard: readonly HeardWord[]): HeardWord | undefined {
  let from = 0;
  while (asksAgain(heard, from)) {
    const askedAt = heard[from]?.fromAt ?? 0;
    const again = sentences.find(({ fromAt }) => fromAt > askedAt);
    const next = again ? heard.findIndex(({ fromAt }) => fromAt > again.toAt) : -1;
    if (next <= from) return undefined;
    from = next;
  }
  return heard[from];
}

function withoutFillers(words: readonly HeardWord[]): readonly HeardWord[] {
  const filler = FILLER.split(' ');
  return words.filter((_, index) => {
    const starts = filler.map((__, nth) => index - nth).filter((start) => start >= 0);
    return !starts.some((start) => textOf(words.slice(start, start + filler.length)) === FILLER);
  });
}

const textOf = (words: readonly HeardWord[]): string => words.map(({ text }) => text).join(' ');
