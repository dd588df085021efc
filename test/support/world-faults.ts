/** What must be true of every call in a world, as a list of what is not. */
import { stretchesOf } from '../../src/bin/ops/recorded-call.ts';
import { tellStretches } from '../../src/bin/ops/replay-command.ts';
import type { ConversationEntry } from '../../src/domain/ports.ts';
import { storedFold } from './stored-folds.ts';
import type { WorldCall } from './world.ts';

type Turn = Extract<ConversationEntry, { kind: 'turn' }>;

export function faultsOf(call: WorldCall): string[] {
  const { events, models, overs, phone, record } = call;
  const faults = [...phone.faults, ...models.flatMap((model) => model.faults)];
  const expectCount = (what: string, actual: number, expected: number): void => {
    if (actual !== expected) faults.push(`${actual} times ${what}, not ${expected}`);
  };
  const count = (kind: ConversationEntry['kind']) => record.filter((entry) => entry.kind === kind).length;
  expectCount('over', overs.length, 1);
  expectCount('started in the record', count('started'), 1);
  expectCount('ended in the record', count('ended'), 1);
  expectCount('ended in the events', events.filter((name) => name === 'call.ended').length, 1);
  expectCount('crashed', events.filter((name) => name === 'call.crashed').length, 0);
  expectCount('let go of its hold', call.bookings.releases, 1);
  if (record.at(-1)?.kind !== 'ended') faults.push(`the record ends with ${record.at(-1)?.kind}`);
  return [...faults, ...faultsOfTurns(call), ...faultsOfReplay(call)];
}

/** Folded again, the call goes the same way. */
function faultsOfReplay({ record }: WorldCall): string[] {
  const folds = record.flatMap((entry) => (entry.kind === 'folded' ? [storedFold(entry)] : []));
  const { story, isSame } = tellStretches(stretchesOf(folds));
  return isSame ? [] : [`a replay differs:\n${story}`];
}

function faultsOfTurns({ models, phone, record }: WorldCall): string[] {
  const faults: string[] = [];
  const turns = record.filter((entry): entry is Turn => entry.kind === 'turn').sort((a, b) => a.n - b.n);
  if (new Set(turns.map(({ n }) => n)).size !== turns.length) faults.push('two turns of one number');
  const customers = turns.filter(({ role }) => role === 'customer').length;
  const said = models.flatMap(({ turns: told, forgotten }) =>
    [...told].filter(([id, words]) => words !== '' && !forgotten.has(id)),
  );
  if (customers !== said.length) faults.push(`${customers} of the caller's ${said.length} turns are in the record`);
  for (const { turns: told, forgotten } of models) {
    // Words that come seconds after a short sound may come too late to be listened to; the recorded ones here do not.
    const lost = [...forgotten].map((itemId) => told.get(itemId)).filter(Boolean);
    if (lost.length > 0) faults.push(`"${lost.join('", "')}" was forgotten`);
  }
  return [...faults, ...unheard(turns, phone.heard)];
}

/** Words in the record as Ava's that did not come out of the phone, in their order. */
function unheard(turns: readonly Turn[], heard: string): string[] {
  let from = 0;
  for (const { n, role, text } of turns) {
    if (role === 'customer') continue;
    const at = heard.indexOf(text, from);
    if (at < 0) return [`turn ${n} is recorded as "${text}", heard from there on: "${heard.slice(from, from + 80)}"`];
    from = at + text.length;
  }
  return [];
}
