/** Ava's turns: what she says is numbered when its first sample is played, and kept as far as it was heard. */
import { withoutDeadline } from '../kernel/actor.ts';
import { type CallEffect, type CallTransition, keep, record } from './effects.ts';
import type { CallFacts, HeardItem } from './messages.ts';
import type { CallState, Saying } from './state.ts';

export function speechBegan(state: CallState, itemId: string, now: number): CallTransition {
  const n = state.turns + 1;
  const begun = state.saying.find((each) => each.itemId === itemId) ?? unsaid(itemId);
  const isAnswer = begun.by !== 'filler';
  const askedAt = isAnswer ? state.answerDueSince : null;
  const saying: Saying = { ...begun, n, startedAt: now, askedAt };
  const next = {
    ...state,
    turns: n,
    saying: [...state.saying.filter((each) => each.itemId !== itemId), saying].slice(-SAYING_ITEMS),
  };
  if (!isAnswer) return keep(next);
  return {
    state: { ...withoutDeadline(next, 'filler', 'filler_late'), answered: true, answerDueSince: null },
    effects: askedAt === null ? [] : [{ kind: 'event', name: 'turn.first_audio', event: { ms: now - askedAt } }],
  };
}

/** The first of an answer was heard for certain. */
export function speechConfirmed(state: CallState, itemId: string, now: number): CallTransition {
  const said = state.saying.find((each) => each.itemId === itemId);
  if (!said || said.askedAt === null) return keep(state);
  const confirmed = { ...said, heardAfterMs: now - said.askedAt };
  return {
    state: { ...state, saying: state.saying.map((each) => (each === said ? confirmed : each)) },
    effects: [{ kind: 'event', name: 'turn.first_heard', event: { ms: confirmed.heardAfterMs } }],
  };
}

function unsaid(itemId: string): Saying {
  return { itemId, n: 0, startedAt: 0, text: '', by: 'model', askedAt: null, heardAfterMs: null };
}

/** Items that may be generated ahead of their playing. */
const SAYING_ITEMS = 8;
/** How much text of an item is kept: over two minutes of speech. */
const SAYING_CHARACTERS = 2_000;

export function withText(state: CallState, itemId: string, change: (text: string) => string): CallState {
  const known = state.saying.find((each) => each.itemId === itemId);
  const changed = change(known?.text ?? '');
  const text = changed.length > SAYING_CHARACTERS ? changed.slice(0, SAYING_CHARACTERS) : changed;
  const next = known
    ? state.saying.map((each) => (each === known ? { ...each, text } : each))
    : [...state.saying, { ...unsaid(itemId), text }];
  return { ...state, empty: false, saying: next.slice(-SAYING_ITEMS) };
}

export function speechCut(
  facts: CallFacts,
  state: CallState,
  items: readonly HeardItem[],
  now: number,
): CallTransition {
  let next = state;
  const effects: CallEffect[] = [];
  for (const item of items) {
    const said = next.saying.find((each) => each.itemId === item.itemId);
    const heard = speechHeard(facts, next, item, item.heardMs < item.sentMs || !item.complete, now);
    const cut = said === undefined || said.by === 'model' ? [heardOnly(item)] : [];
    next = heard.state;
    effects.push(...heard.effects, ...cut);
  }
  const heardMs = items.reduce((sum, item) => sum + item.heardMs, 0);
  return { state: next, effects: [...effects, { kind: 'event', name: 'turn.interrupted', event: { heardMs } }] };
}

/** The first turn of every call. */
const GREETING = 1;

/** That she is an AI is owed from a greeting that broke off before it, until it is heard. */
function isDisclosureOwed(facts: CallFacts, state: CallState, brokeOff: boolean, heard: string): boolean {
  return (state.undisclosed || brokeOff) && !heard.includes(facts.phrasesIn(state.language).disclosure);
}

/** An item is over for the caller: its turn is what they heard of it. */
export function speechHeard(
  facts: CallFacts,
  state: CallState,
  item: HeardItem,
  interrupted: boolean,
  now: number,
): CallTransition {
  const said = state.saying.find((each) => each.itemId === item.itemId);
  if (!said) return keep(state);
  if (said.brokeOff && (item.complete || !interrupted)) {
    return speechHeard(facts, state, { ...item, complete: false }, true, now);
  }
  const text = interrupted ? heardText(said.text, heardShare(state, said.text, item)) : said.text.trim();
  const left = {
    ...withVoice(state, text, item, interrupted),
    undisclosed: isDisclosureOwed(facts, state, said.n === GREETING && interrupted, text),
    saying: state.saying.filter((each) => each !== said),
  };
  if (text === '' || said.n === 0) return keep(left);
  return {
    state: left,
    effects: [
      record(state, {
        kind: 'turn',
        n: said.n,
        role: 'assistant',
        text,
        startedAt: said.startedAt,
        endedAt: now,
        interrupted,
        answeredAfterMs: said.askedAt === null ? null : Math.round(said.startedAt - said.askedAt),
        heardAfterMs: said.heardAfterMs === null ? null : Math.round(said.heardAfterMs),
      }),
      { kind: 'event', name: 'turn.assistant', event: { n: said.n, interrupted, pii: { text } } },
      // The model did not make it, and must know what was said in its name.
      ...(said.by === 'phrase' ? [{ kind: 'tell_model', order: { type: 'said', text } } as const] : []),
    ],
  };
}

/** Characters a voice says in a millisecond, at an unhurried pace: where it is faster, a little less is claimed than was heard. */
const UNHURRIED_SPEECH = 15 / 1_000;
/** How much must have been heard to its end before this voice's own pace is known. */
const KNOWN_VOICE_MS = 1_200;

/** Text runs ahead of audio: of an item that is not complete, it says more than what was sent to be played. */
function heardShare(state: CallState, text: string, { heardMs, sentMs, complete }: HeardItem): number {
  const share = heardMs / Math.max(1, sentMs);
  return complete ? share : Math.min(share, (heardMs * paceOf(state)) / Math.max(1, text.trim().length));
}

/** Characters in a millisecond. */
function paceOf({ voice }: CallState): number {
  return voice.ms < KNOWN_VOICE_MS ? UNHURRIED_SPEECH : voice.characters / voice.ms;
}

/** How long this takes to say, ms, at this voice's pace. */
export function spokenMs(state: CallState, text: string): number {
  return text.trim().length / paceOf(state);
}

/** Whether all of what is known of an item can be heard in that time, at this voice's pace. */
export function isWholeByNow(state: CallState, { itemId, text }: Saying, heardMs: number): boolean {
  return heardShare(state, text, { itemId, heardMs, sentMs: heardMs, complete: false }) >= 1;
}

/** The words of an item that broke off, as far as there was audio of them. */
export function heardOfSent(state: CallState, { itemId, text }: Saying, sentMs: number): string {
  return heardText(text, heardShare(state, text, { itemId, heardMs: sentMs, sentMs, complete: false }));
}

/** Learns the pace of the voice from what was heard whole. */
function withVoice(state: CallState, text: string, { sentMs }: HeardItem, interrupted: boolean): CallState {
  if (interrupted) return state;
  const { characters, ms } = state.voice;
  return { ...state, voice: { characters: characters + text.length, ms: ms + sentMs } };
}

/** The words that fit into the heard part of an item, by their length; never half a word. */
export function heardText(text: string, share: number): string {
  const words = text.trim().split(/\s+/);
  const budget = Math.min(1, Math.max(0, share)) * text.trim().length;
  let used = 0;
  const heard = words.filter((word) => {
    used += word.length + 1;
    return used - 1 <= budget;
  });
  return heard.join(' ');
}

function heardOnly({ itemId, heardMs }: HeardItem): CallEffect {
  return { kind: 'tell_model', order: { type: 'heard_only', itemId, heardMs } };
}
