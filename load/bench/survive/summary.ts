/** What is told of a run, and which of it must be so. */
import { spreadOf } from '../figures/percentiles.ts';
import type { Figure } from '../figures/table.ts';
import { type Fault, faultsOf, type Mode, type Stages } from './faults.ts';
import type { PhoneRecord } from './phone-record.ts';
import type { CallRow } from './rows.ts';
import { judgedTurns, type TurnVerdict } from './turns.ts';

/** A call that goes so long without a reply after a kill is lost. */
const NO_REPLY_MS = 10_000;
const GOAL_P50_MS = 1_000;
const GOAL_P99_MS = 2_500;

export interface JudgedCall {
  readonly record: PhoneRecord;
  readonly faults: readonly Fault[];
  readonly unexplained: number;
  readonly turns: TurnVerdict;
  /** Why it is lost; null where it is not. */
  readonly lost: string | null;
  readonly bookings: number;
  /** She said that it was booked, and no appointment was committed by then. */
  readonly falseYes: boolean;
}

const BOOKED = /You're booked/;

/** `row`: what the database has of it; undefined where it has nothing. */
export function judged(record: PhoneRecord, row: CallRow | undefined, kills: readonly number[]): JudgedCall {
  const { faults, unexplained } = faultsOf(record, kills);
  const bookedAt = row?.bookedAt ?? [];
  const heardAt = wordsAt(record, BOOKED);
  return {
    record,
    faults,
    unexplained,
    turns: judgedTurns(record, row?.turns ?? [], faults),
    lost: whyLost(record, faults),
    bookings: bookedAt.length,
    falseYes: heardAt !== null && !bookedAt.some((at) => at <= heardAt),
  };
}

function whyLost({ isMeant, ending }: PhoneRecord, faults: readonly Fault[]): string | null {
  if (!isMeant) return `ended by ${ending} before its caller had finished`;
  const unanswered = faults.find(({ goingOn, gapMs }) => goingOn === 'silence' || (gapMs ?? 0) > NO_REPLY_MS);
  return unanswered ? `no reply within ${NO_REPLY_MS} ms of a kill (${unanswered.mode})` : null;
}

/** When the first of these words began to sound. */
function wordsAt({ words }: PhoneRecord, pattern: RegExp): number | null {
  const understood = words.filter(({ text }) => text !== '');
  const found = understood.findIndex(({ text }, n) => pattern.test(`${text} ${understood[n + 1]?.text ?? ''}`));
  return understood[found]?.fromAt ?? null;
}

/** What must be nothing. */
export interface Counts {
  readonly callsLost: number;
  readonly turnsLost: number;
  readonly turnsAskedUnfairly: number;
  readonly turnsDoubled: number;
  readonly turnsStrange: number;
  readonly doubleBookings: number;
  readonly overlappingBookings: number;
  readonly falseYeses: number;
  readonly socketsLeft: number;
  readonly conversationsOpen: number;
  readonly serversDied: number;
}

type Elsewhere = Pick<Counts, 'overlappingBookings' | 'socketsLeft' | 'conversationsOpen' | 'serversDied'>;

export function countsOf(calls: readonly JudgedCall[], elsewhere: Elsewhere): Counts {
  const sum = (of: (call: JudgedCall) => number): number => calls.reduce((total, call) => total + of(call), 0);
  return {
    callsLost: sum(({ lost }) => (lost === null ? 0 : 1)),
    turnsLost: sum(({ turns }) => turns.lost.length),
    turnsAskedUnfairly: sum(({ turns }) => turns.askedAgainUnfairly.length),
    turnsDoubled: sum(({ turns }) => turns.doubled.length),
    turnsStrange: sum(({ turns }) => turns.strange.length),
    doubleBookings: sum(({ bookings }) => Math.max(0, bookings - 1)),
    falseYeses: sum(({ falseYes }) => (falseYes ? 1 : 0)),
    ...elsewhere,
  };
}

export function gapFigures(faults: readonly Fault[]): Figure[] {
  const gaps = faults.flatMap(({ gapMs }) => (gapMs === null ? [] : [gapMs]));
  const answered = faults.flatMap(({ answerGapMs }) => (answerGapMs === null ? [] : [answerGapMs]));
  if (gaps.length === 0 || answered.length === 0) return [];
  const all = spreadOf(gaps);
  const strict = spreadOf(answered);
  return [
    {
      name: 'gap, p50',
      value: all.p50,
      unit: 'ms',
      goal: GOAL_P50_MS,
      note: `${all.count} of ${faults.length} lines cut off`,
    },
    { name: 'gap, p99', value: all.p99, unit: 'ms', goal: GOAL_P99_MS },
    { name: 'gap, longest', value: all.max, unit: 'ms' },
    { name: 'until what was asked again is answered, p50', value: strict.p50, unit: 'ms' },
    { name: 'until what was asked again is answered, p99', value: strict.p99, unit: 'ms' },
    ...MODES.flatMap((mode) => modeFigures(faults, mode)),
    ...stageFigures(faults.flatMap(({ stages, gapMs }) => (stages && gapMs !== null ? [stages] : []))),
  ];
}

const MODES: readonly Mode[] = ['she_spoke', 'caller_spoke', 'answer_due', 'nothing_due'];
const MODE_NAMES: Readonly<Record<Mode, string>> = {
  she_spoke: 'while she spoke',
  caller_spoke: 'while the caller spoke',
  answer_due: 'while an answer was due',
  nothing_due: 'while nothing was due',
};

function modeFigures(faults: readonly Fault[], mode: Mode): Figure[] {
  const ofMode = faults.filter((fault) => fault.mode === mode);
  const gaps = ofMode.flatMap(({ gapMs }) => (gapMs === null ? [] : [gapMs]));
  if (gaps.length === 0) return [];
  const { p50, p99 } = spreadOf(gaps);
  const again = ofMode.filter(({ goingOn }) => goingOn === 'asked_again').length;
  const note = `${ofMode.length} cut off, ${again} asked again; p99 ${Math.round(p99)} ms`;
  return [{ name: `gap ${MODE_NAMES[mode]}, p50`, value: p50, unit: 'ms', note }];
}

const STAGES: readonly (readonly [keyof Stages, string])[] = [
  ['brokenMs', 'kill → Twilio sees it'],
  ['askedMs', 'kill → Twilio asks'],
  ['answeredMs', 'kill → Ava answers'],
  ['openedMs', 'kill → stream open'],
  ['soundedMs', 'kill → first sound'],
];

function stageFigures(stages: readonly Stages[]): Figure[] {
  return STAGES.flatMap(([key, name]): Figure[] => {
    const values = stages.map((each) => each[key]).filter(Number.isFinite);
    if (values.length === 0) return [];
    const { p50, p99 } = spreadOf(values);
    return [{ name: `${name}, p50`, value: p50, unit: 'ms', note: `p99 ${Math.round(p99)} ms` }];
  });
}
