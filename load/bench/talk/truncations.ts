/**
 * How far off Ava is about what a caller heard: of each sentence that was cut, the milliseconds at which she had the
 * model's item end, against the milliseconds that the simulated phone had played of it when it was cleared.
 */
import type { OpenAiSim } from '../../../test/sim/openai/server.ts';
import type { CallEvent } from '../../../test/sim/twilio/call-events.ts';
import { callerIn } from './callers.ts';

interface Cut {
  readonly at: number;
  readonly heardMs: number;
}

/** Believed and real cuts of each caller, gathered while the calls run. */
export class Truncations {
  private readonly callerOf = new Map<string, number>();
  private readonly believed = new Map<string, Cut[]>();
  private readonly real = new Map<number, Cut[]>();

  watchModel(openai: OpenAiSim): () => void {
    return openai.log.follow(({ at, record }) => {
      const { kind, session = '' } = record;
      if (kind === 'caller_understood') {
        const caller = callerIn(String(record['text']));
        if (caller !== undefined) this.callerOf.set(session, caller);
      }
      const heardMs = Number(record['audio_end_ms']);
      if (kind === 'truncate' && record['accepted'] === true && heardMs > 0) {
        add(this.believed, session, { at: Date.parse(at), heardMs });
      }
    });
  }

  watchPhone(caller: number, event: CallEvent): void {
    if (event.type === 'clear' && event.playedMs > 0) {
      add(this.real, caller, { at: event.epochMs, heardMs: event.playedMs });
    }
  }

  /** Of every cut sentence, how many ms Ava was off. */
  errorsMs(): number[] {
    return [...this.believed].flatMap(([session, cuts]) => {
      const real = this.real.get(this.callerOf.get(session) ?? -1) ?? [];
      return cuts.flatMap((cut) => {
        const cleared = real.findLast((each) => each.at <= cut.at);
        return cleared ? [Math.abs(cleared.heardMs - cut.heardMs)] : [];
      });
    });
  }
}

function add<Key>(map: Map<Key, Cut[]>, key: Key, cut: Cut): void {
  const known = map.get(key);
  if (known) known.push(cut);
  else map.set(key, [cut]);
}
