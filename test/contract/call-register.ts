/** What every register of whose calls are promises. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallClaim, CallFence, CallRegister } from '../../src/domain/call-keeping.ts';
import { lumen, radiance } from './booking-requests.ts';

export interface RegisterBench {
  readonly register: CallRegister;
  /** Writes the call's row as its owner does, behind. */
  begin(call: CallClaim, epoch?: number): Promise<void>;
  /** Ends the call as this owner does. */
  end(call: CallClaim, epoch: number): Promise<void>;
  close(): Promise<void>;
}

export function claimOf(changes: Partial<CallClaim> = {}): CallClaim {
  return {
    callSid: `CA${randomUUID()}`,
    clinicId: radiance.id,
    conversationId: randomUUID(),
    node: 'node-b',
    from: '+15550123456',
    to: '+15550100001',
    startedAt: Date.UTC(2026, 2, 2, 15),
    ...changes,
  };
}

export const claimed = (epoch: number) => ({ kind: 'claimed', epoch }) as const;

export function fenceOf({ callSid }: CallClaim, epoch: number): CallFence {
  return { callSid, epoch };
}

export function describeCallRegister(name: string, open: () => Promise<RegisterBench>): void {
  describe(`the register of calls ${name}`, () => {
    let bench: RegisterBench;
    let register: CallRegister;
    let call: CallClaim;
    const holds = (epoch: number) => register.holds({ ...fenceOf(call, epoch), clinicId: call.clinicId });

    beforeEach(async () => {
      bench = await open();
      register = bench.register;
      call = claimOf();
    });
    afterEach(() => bench.close());

    it('gives each owner the next epoch, whether the first one’s row is written or not', async () => {
      const written = claimOf();
      await bench.begin(written);
      for (const each of [call, written]) {
        expect(await register.claim(each)).toEqual(claimed(2));
        expect(await register.claim({ ...each, node: 'node-c' })).toEqual(claimed(3));
      }
    });

    it('knows a call once it was begun or claimed, and no other', async () => {
      const { callSid, clinicId } = claimOf();
      expect(await register.knows({ callSid, clinicId })).toBe(false);
      await bench.begin(call);
      expect(await register.knows(call)).toBe(true);
      const taken = claimOf();
      await register.claim(taken);
      expect(await register.knows(taken)).toBe(true);
    });

    it('keeps its epoch when the first owner’s row comes late', async () => {
      await register.claim(call);
      await bench.begin(call);
      expect(await holds(1)).toBe(false);
      expect(await register.claim(call)).toEqual(claimed(3));
    });

    it('takes over the epoch of a row that a later owner wrote', async () => {
      await bench.begin(call, 4);
      expect(await holds(3)).toBe(false);
      expect(await register.claim(call)).toEqual(claimed(5));
    });

    it('gives an epoch that is newer than any the claimer knows', async () => {
      expect(await register.claim({ ...call, after: 4 })).toEqual(claimed(5));
      expect(await register.claim({ ...call, after: 3 })).toEqual(claimed(6));
      expect(await register.claim({ ...call, after: 8 })).toEqual(claimed(9));
    });

    it('knows whether somebody came after an owner', async () => {
      expect(await holds(1)).toBe(true);
      await bench.begin(call);
      expect(await holds(1)).toBe(true);
      await register.claim(call);
      expect([await holds(1), await holds(2), await holds(3)]).toEqual([false, true, true]);
    });

    it('gives nobody a call that is over', async () => {
      await bench.begin(call);
      await bench.end(call, 1);
      expect(await register.claim(call)).toEqual({ kind: 'ended' });
      expect(await register.claim({ ...call, after: 7 })).toEqual({ kind: 'ended' });
      expect(await holds(1)).toBe(true);
    });

    it('lets no owner but the last end a call', async () => {
      await bench.begin(call);
      await register.claim(call);
      await bench.end(call, 1);
      expect(await register.claim(call)).toEqual(claimed(3));
      await bench.end(call, 3);
      expect(await register.claim(call)).toEqual({ kind: 'ended' });
    });

    it('gives no clinic the call of another', async () => {
      await bench.begin(call);
      await expect(register.claim({ ...call, clinicId: lumen.id })).rejects.toBeInstanceOf(Error);
      expect(await register.claim(call)).toEqual(claimed(2));
    });

    it('gives each of many calls that are claimed at once to who claimed it, and none that is over', async () => {
      const calls = Array.from({ length: 40 }, () => claimOf());
      await Promise.all(calls.slice(0, 30).map((each, n) => bench.begin(each, n < 20 ? 1 : 4)));
      await Promise.all(calls.slice(10, 20).map((each) => bench.end(each, 1)));
      const answers = await Promise.all(calls.map((each) => register.claim(each)));
      const expected = calls.map((_, n) =>
        n >= 10 && n < 20 ? { kind: 'ended' } : claimed(n >= 20 && n < 30 ? 5 : 2),
      );
      expect(answers).toEqual(expected);
    });

    it('refuses a call of another clinic alone where many are claimed at once', async () => {
      const [others, own] = [claimOf(), [claimOf(), claimOf(), claimOf()]];
      await bench.begin(others);
      const wrong = register.claim({ ...others, clinicId: lumen.id });
      const right = own.map((each) => register.claim({ ...each, clinicId: lumen.id }));
      const wrongToo = register.claim({ ...others, clinicId: lumen.id });
      expect((await Promise.allSettled([wrong, wrongToo])).map(({ status }) => status)).toEqual([
        'rejected',
        'rejected',
      ]);
      expect(await Promise.all(right)).toEqual(own.map(() => claimed(2)));
    });

    it('gives 300 who claim at once 300 different epochs', async () => {
      await bench.begin(call);
      const answers = await Promise.all(Array.from({ length: 300 }, () => register.claim(call)));
      const epochs = answers.map((answer) => (answer.kind === 'claimed' ? answer.epoch : 0));
      expect(epochs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, n) => n + 2));
    });

    it('gives 50 who claim at once a call that nobody wrote 50 different epochs', async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => register.claim(call)));
      const epochs = answers.map((answer) => (answer.kind === 'claimed' ? answer.epoch : 0));
      expect(epochs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, n) => n + 2));
    });
  });
}
