import { describe, expect, it } from 'vitest';
import { SEED } from '../support/seed.ts';
import { runWorld, type WorldRun } from '../support/world.ts';
import { faultsOf } from '../support/world-faults.ts';

const CALLS = 200;
/** About two seconds of work; a machine that does much else takes its time. */
const TIMEOUT_MS = 120_000;

/** `CALL=17` with the seed of a failure repeats that call alone. */
function callsToPlace(): number[] {
  const one = process.env.CALL;
  return one === undefined || one === '' ? Array.from({ length: CALLS }, (_, index) => index) : [Number(one)];
}

function faultsIn({ calls, alarmsLeft }: WorldRun): string[] {
  const faults = calls.flatMap((call) =>
    faultsOf(call).map((fault) => `call ${call.index}: ${fault} (repeat it with SEED=${SEED} CALL=${call.index})`),
  );
  return alarmsLeft === 0 ? faults : [...faults, `${alarmsLeft} alarms are left (repeat it with SEED=${SEED})`];
}

describe('a world of calls', () => {
  it('brings every call to one end, whatever callers, models, phones and databases do', {
    timeout: TIMEOUT_MS,
  }, async () => {
    expect(faultsIn(await runWorld(SEED, callsToPlace()))).toEqual([]);
  });

  it('goes the same way again from the same seed', async () => {
    const [first, second] = [await runWorld(SEED, [1, 2, 3, 4, 5]), await runWorld(SEED, [1, 2, 3, 4, 5])];
    const histories = [first, second].map(({ calls }) => calls.map(({ events, overs }) => ({ events, overs })));
    expect(histories[1]).toEqual(histories[0]);
    expect(second.simulatedMs).toBe(first.simulatedMs);
  });

  it('has one call go its own way alone as among others', async () => {
    const [alone] = (await runWorld(SEED, [7])).calls;
    const among = (await runWorld(SEED, [6, 7, 8])).calls[1];
    expect(alone?.events).toEqual(among?.events);
  });
});
