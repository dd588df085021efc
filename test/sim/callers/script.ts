/**
 * A caller as a small rule machine: pure, driven by what was heard and by the clock.
 *
 * The caller waits for the greeting, says the opening line, then answers what is said to them: when it has been quiet for
 * a human pause, the first rule that fits what was heard since their own last words decides. A rule looks at the question
 * at the end of it, where there is one. Too long a silence makes them ask whether anybody is there, then hang up.
 */

export type CallerAction =
  | { readonly say: string | ((heard: string) => string) }
  /** What they said last, once more. */
  | { readonly sayAgain: true }
  | { readonly press: string }
  | { readonly pauseMs: number }
  | { readonly hangUp: true };

export interface CallerRule {
  readonly when: RegExp;
  readonly respond: readonly CallerAction[];
  /** At most once in a call. */
  readonly once?: boolean;
  /** Look at everything heard since the caller last spoke, not only at the last question. */
  readonly anywhere?: boolean;
  /** Do not wait until she has finished: speak over her. Not before the caller's opening line. */
  readonly interrupts?: boolean;
}

export interface Patience {
  readonly maxSilenceMs: number;
  readonly prompt: string;
  /** How often the prompt is said before the caller hangs up. */
  readonly prompts: number;
}

export interface CallerScript {
  readonly name: string;
  readonly description: string;
  /** Said once the greeting has been heard to its end; a caller without one waits to be asked. */
  readonly opening?: readonly CallerAction[];
  readonly rules: readonly CallerRule[];
  readonly patience?: Patience;
  /** A person's pause before they answer. */
  readonly replyMs?: number;
  /** After so many turns of their own the caller gives up. */
  readonly maxTurns?: number;
}

export interface ScriptState {
  /** Heard since the caller's own last words. */
  readonly heard: string;
  /** Something new was heard and not yet thought about. */
  readonly pending: boolean;
  readonly opened: boolean;
  readonly queue: readonly CallerAction[];
  /** The next queued action waits for this time. */
  readonly resumeAtMs: number;
  /** When the caller last spoke, pressed or waited. */
  readonly lastActedMs: number;
  readonly usedRules: readonly number[];
  readonly prompts: number;
  readonly turns: number;
  /** Their own last words, prompts left out. */
  readonly said: string;
  readonly over: boolean;
}

export type ScriptInput =
  | { readonly type: 'heard'; readonly word: string; readonly nowMs: number; readonly speaking: boolean }
  /** Time passes; `quietMs`: how long nobody has been heard. `speaking`: the caller is still saying something. */
  | { readonly type: 'moment'; readonly nowMs: number; readonly quietMs: number; readonly speaking: boolean };

/** What the caller does now: the parts of an action that need a phone. */
export type PhoneAct =
  | { readonly say: string; readonly breakOff: boolean }
  | { readonly press: string }
  | { readonly hangUp: true };

export interface ScriptStep {
  readonly state: ScriptState;
  readonly acts: readonly PhoneAct[];
}

export const DEFAULT_PATIENCE: Patience = { maxSilenceMs: 12_000, prompt: 'Hello? Are you there?', prompts: 2 };
const DEFAULT_REPLY_MS = 400;
const DEFAULT_MAX_TURNS = 40;
/** Not after “Dr.” or “p.m.”, which end no sentence. */
const SENTENCE_END = /(?<=[.?!])(?<!\b(?:Dr|Mr|Ms|Mrs)\.)(?<!\b[ap]\.m\.)\s+(?=["“'‘]?[A-Z0-9])/;
const NOTHING: readonly PhoneAct[] = [];

export function startScript(): ScriptState {
  return {
    heard: '',
    pending: false,
    opened: false,
    queue: [],
    resumeAtMs: 0,
    lastActedMs: 0,
    usedRules: [],
    prompts: 0,
    turns: 0,
    said: '',
    over: false,
  };
}

/** `pace` 2: everything that people take time over takes half of it. */
export function stepScript(script: CallerScript, state: ScriptState, input: ScriptInput, pace = 1): ScriptStep {
  if (state.over) return { state, acts: NOTHING };
  if (input.type === 'heard') return onHeard(script, state, input, pace);
  if (input.speaking) return { state: { ...state, lastActedMs: input.nowMs }, acts: NOTHING };
  if (state.queue.length > 0) return runQueue(state, input.nowMs, pace);
  const replyMs = (script.replyMs ?? DEFAULT_REPLY_MS) / pace;
  const quiet = input.quietMs >= replyMs && input.nowMs - state.lastActedMs >= replyMs;
  if (state.pending && quiet) return think(script, { ...state, pending: false }, input.nowMs, pace);
  return losePatience(script, state, input, pace);
}

/** The question at the end of what was said, or all of it. */
export function focusOf(heard: string): string {
  const sentences = heard.split(SENTENCE_END);
  const question = sentences.findLastIndex((sentence) => sentence.includes('?'));
  return (question < 0 ? heard : sentences.slice(question).join(' ')).trim();
}

function onHeard(
  script: CallerScript,
  state: ScriptState,
  input: ScriptInput & { type: 'heard' },
  pace: number,
): ScriptStep {
  const heard = state.heard === '' ? input.word : `${state.heard} ${input.word}`;
  // Being spoken to again ends a wait: what was about to be done is thought over.
  const waiting = state.queue.length > 0 && !input.speaking;
  const listening = { ...state, heard, pending: true, queue: waiting ? [] : state.queue };
  const index = script.rules.findIndex(
    (rule, i) => state.opened && rule.interrupts === true && isUsable(rule, i, state) && rule.when.test(heard),
  );
  const rule = script.rules[index];
  if (rule === undefined) return { state: listening, acts: NOTHING };
  return act(listening, rule.respond, input.nowMs, { ruleIndex: index, pace, breakOff: true });
}

function think(script: CallerScript, state: ScriptState, nowMs: number, pace: number): ScriptStep {
  if (!state.opened) {
    const opened = { ...state, opened: true };
    if (script.opening !== undefined) return act(opened, script.opening, nowMs, { pace });
    return think(script, opened, nowMs, pace);
  }
  const focus = focusOf(state.heard);
  const index = script.rules.findIndex(
    (rule, i) => isUsable(rule, i, state) && rule.when.test(rule.anywhere === true ? state.heard : focus),
  );
  const rule = script.rules[index];
  if (rule === undefined) return { state, acts: NOTHING };
  if (state.turns >= (script.maxTurns ?? DEFAULT_MAX_TURNS)) return giveUp(state);
  return act(state, rule.respond, nowMs, { ruleIndex: index, pace });
}

function isUsable(rule: CallerRule, index: number, state: ScriptState): boolean {
  return rule.once !== true || !state.usedRules.includes(index);
}

interface Acting {
  readonly ruleIndex?: number;
  readonly pace: number;
  readonly breakOff?: boolean;
}

function act(
  state: ScriptState,
  actions: readonly CallerAction[],
  nowMs: number,
  { ruleIndex, pace, breakOff = false }: Acting,
): ScriptStep {
  const usedRules = ruleIndex === undefined ? state.usedRules : [...state.usedRules, ruleIndex];
  const acting = { ...state, usedRules, queue: actions, resumeAtMs: nowMs, turns: state.turns + 1 };
  return runQueue(acting, nowMs, pace, breakOff);
}

/** One action a step: what is said is said to its end before the next one. */
function runQueue(state: ScriptState, nowMs: number, pace: number, breakOff = false): ScriptStep {
  if (nowMs < state.resumeAtMs) return { state, acts: NOTHING };
  const [action, ...queue] = state.queue;
  if (action === undefined) return { state, acts: NOTHING };
  const done = { ...state, queue, lastActedMs: nowMs };
  if ('pauseMs' in action) return { state: { ...done, resumeAtMs: nowMs + action.pauseMs / pace }, acts: NOTHING };
  if ('hangUp' in action) return giveUp(done);
  if ('press' in action) return { state: { ...done, heard: '', pending: false }, acts: [{ press: action.press }] };
  const say = wordsOf(action, state);
  return { state: { ...done, said: say, heard: '', pending: false, prompts: 0 }, acts: [{ say, breakOff }] };
}

type Speech = Extract<CallerAction, { say: unknown } | { sayAgain: unknown }>;

function wordsOf(action: Speech, { said, heard }: ScriptState): string {
  if ('sayAgain' in action) return said;
  return typeof action.say === 'string' ? action.say : action.say(focusOf(heard));
}

function losePatience(
  script: CallerScript,
  state: ScriptState,
  input: ScriptInput & { type: 'moment' },
  pace: number,
): ScriptStep {
  const patience = script.patience ?? DEFAULT_PATIENCE;
  const silentMs = Math.min(input.quietMs, input.nowMs - state.lastActedMs);
  if (silentMs < patience.maxSilenceMs / pace) return { state, acts: NOTHING };
  if (state.prompts >= patience.prompts) return giveUp(state);
  const prompting = { ...state, prompts: state.prompts + 1, lastActedMs: input.nowMs };
  return { state: prompting, acts: [{ say: patience.prompt, breakOff: false }] };
}

function giveUp(state: ScriptState): ScriptStep {
  return { state: { ...state, queue: [], over: true }, acts: [{ hangUp: true }] };
}
