/** What every record of conversations promises. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredFold } from '../../db/call-events.ts';
import type { CallFence, CallRegister } from '../../src/domain/call-keeping.ts';
import type { ConversationEntry, ConversationLog } from '../../src/domain/ports.ts';
import type { RecordedConversation } from '../support/memory-conversations.ts';
import { storedFold } from '../support/stored-folds.ts';
import { lumen, radiance } from './booking-requests.ts';
import { claimed, claimOf } from './call-register.ts';

export interface LogBench {
  readonly log: ConversationLog;
  readonly register: CallRegister;
  /** The owners that were told to be stale. */
  readonly stale: readonly CallFence[];
  /** What stands in the record now. */
  read(clinicId: string, conversationId: string): Promise<RecordedConversation | undefined>;
  /** What its calls folded. */
  folds(clinicId: string, conversationId: string): Promise<readonly StoredFold[]>;
  close(): Promise<void>;
}

type EntryOf<Kind extends ConversationEntry['kind']> = Extract<ConversationEntry, { kind: Kind }>;

const START = Date.UTC(2026, 2, 2, 15, 4, 5, 678);
const DEADLINE_MS = 10_000;

/** The entries of one conversation, made in one word each. */
export function conversationOf(clinicId: string = radiance.id, conversationId: string = randomUUID()) {
  const place = { clinicId, conversationId };
  const started: EntryOf<'started'> = {
    kind: 'started',
    ...place,
    channel: 'voice',
    customerPhone: '+15550123456',
    language: 'en-US',
    startedAt: START,
    call: { callSid: `CA${conversationId}`, from: '+15550123456', to: '+15550100001', ownerNode: 'node-a' },
  };
  const turn = (n: number, text: string): EntryOf<'turn'> => ({
    kind: 'turn',
    ...place,
    n,
    role: n % 2 === 1 ? 'assistant' : 'customer',
    text,
    startedAt: START + n * 1_000,
    endedAt: START + n * 1_000 + 900,
    interrupted: false,
  });
  const toolCall = (n: number, overrides: Partial<EntryOf<'tool_call'>> = {}): EntryOf<'tool_call'> => ({
    kind: 'tool_call',
    ...place,
    n,
    callId: `call_${n}`,
    name: 'check_availability',
    arguments: { service: 'botox', date: '2026-03-03' },
    answer: { success: true, slots: [{ slot_id: '1' }] },
    success: true,
    error: null,
    startedAt: START + 2_500,
    tookMs: 41,
    ...overrides,
  });
  const usage = (responses: number): EntryOf<'usage'> => ({
    kind: 'usage',
    ...place,
    usage: {
      tokens: {
        textIn: 90,
        textInCached: 910 * responses,
        audioIn: 31,
        audioInCached: 7,
        textOut: 12,
        audioOut: 45 * responses,
      },
      transcription: { seconds: 2.48, tokensIn: 0, tokensOut: 0 },
      costUsd: 0.004321 * responses,
    },
  });
  const ended = (outcome: EntryOf<'ended'>['outcome'] = 'browsing'): EntryOf<'ended'> => ({
    kind: 'ended',
    ...place,
    outcome,
    endedAt: START + 60_000,
    endedBy: 'caller',
  });
  const folded = (n: number, message: unknown = { type: 'digit', digit: `${n}` }): EntryOf<'folded'> => ({
    kind: 'folded',
    ...place,
    fold: () => ({
      n,
      // As a monotonic clock tells it: to the last digit.
      at: START + n * 20 + 0.123_456_789,
      message: JSON.stringify(message),
      phrases: n % 2 === 0 ? null : JSON.stringify({ 'en-US Goodbye!': 1_200, 'en-US One moment, please.': null }),
      effects: 'tell_model.respond~abc123',
      changed: '',
    }),
  });
  return { ...place, started, turn, toolCall, usage, ended, folded };
}

export function describeConversationLog(name: string, open: () => Promise<LogBench>): void {
  describe(`the conversation log ${name}`, () => {
    let bench: LogBench;
    const record = async (...entries: readonly ConversationEntry[]) => {
      for (const entry of entries) bench.log.write(entry);
      await bench.log.settled(DEADLINE_MS);
    };

    beforeEach(async () => {
      bench = await open();
    });
    afterEach(() => bench.close());

    it('keeps a whole conversation as it was written', async () => {
      const { clinicId, conversationId, started, turn, toolCall, ended } = conversationOf();
      const turns = [
        turn(1, 'Thanks for calling.'),
        turn(2, 'Botox, please.'),
        { ...turn(3, 'Let me'), interrupted: true },
      ];
      const refused = toolCall(2, { success: false, error: 'slot_taken', arguments: null, answer: { success: false } });
      await record(started, ...turns, toolCall(1), refused, ended('appointment_scheduled'));
      expect(await bench.read(clinicId, conversationId)).toEqual({
        started,
        turns,
        toolCalls: [toolCall(1), refused],
        ended: ended('appointment_scheduled'),
      });
    });

    it('shows a conversation that still goes on', async () => {
      const { clinicId, conversationId, started, turn } = conversationOf();
      await record(started);
      await record(turn(1, 'Hello.'));
      expect(await bench.read(clinicId, conversationId)).toEqual({
        started,
        turns: [turn(1, 'Hello.')],
        toolCalls: [],
        ended: undefined,
      });
    });

    it('keeps a conversation without a phone', async () => {
      const { clinicId, conversationId, started } = conversationOf();
      const web = { ...started, channel: 'web', customerPhone: null, call: null } as const;
      await record(web);
      expect(await bench.read(clinicId, conversationId)).toMatchObject({ started: web });
    });

    it('replaces a turn that is written again, at once or later', async () => {
      const { clinicId, conversationId, started, turn } = conversationOf();
      const heard = { ...turn(1, 'Thanks for'), interrupted: true };
      await record(started, turn(1, 'Thanks for calling Radiance.'), heard);
      expect(await bench.read(clinicId, conversationId)).toMatchObject({ turns: [heard] });
      await record(turn(1, 'Thanks.'));
      expect(await bench.read(clinicId, conversationId)).toMatchObject({ turns: [turn(1, 'Thanks.')] });
    });

    it('keeps how long the caller waited for an answer, where somebody knows', async () => {
      const { clinicId, conversationId, started, turn } = conversationOf();
      const answer = { ...turn(3, 'Of course.'), answeredAfterMs: 640, heardAfterMs: 812 };
      const sent = { ...turn(5, 'Anything else?'), answeredAfterMs: 701 };
      await record(started, turn(1, 'Hello.'), { ...answer, heardAfterMs: null }, answer, sent);
      expect(await bench.read(clinicId, conversationId)).toMatchObject({ turns: [turn(1, 'Hello.'), answer, sent] });
    });

    it('keeps the last totals of what was used, with the cost to a millionth, whenever they come', async () => {
      const { clinicId, conversationId, started, usage, ended } = conversationOf();
      await record(started, usage(1), usage(2));
      expect(await bench.read(clinicId, conversationId)).toMatchObject({ usage: usage(2) });
      await record(ended(), usage(3));
      expect(await bench.read(clinicId, conversationId)).toMatchObject({ usage: usage(3), ended: ended() });
    });

    it('is not changed by the same entries written again', async () => {
      const { clinicId, conversationId, started, turn, toolCall, usage, ended } = conversationOf();
      const entries = [started, turn(1, 'Hello.'), toolCall(1), usage(1), ended()];
      await record(...entries);
      const before = await bench.read(clinicId, conversationId);
      await record(...entries, ...entries);
      expect(await bench.read(clinicId, conversationId)).toEqual(before);
    });

    it('lets the first end stand', async () => {
      const { clinicId, conversationId, started, ended } = conversationOf();
      await record(started, ended('browsing'));
      await record(ended('abandoned'));
      expect(await bench.read(clinicId, conversationId)).toMatchObject({ ended: ended('browsing') });
    });

    it('keeps many conversations of two clinics apart, written all at once', async () => {
      const all = Array.from({ length: 60 }, (_, index) => conversationOf(index % 2 === 0 ? radiance.id : lumen.id));
      const entries = Array.from({ length: 20 }, (_, n) =>
        all.map(({ turn }) => turn(n + 1, `Sentence ${n + 1}.`)),
      ).flat();
      await record(...all.map(({ started }) => started), ...entries, ...all.map(({ ended }) => ended()));
      for (const { clinicId, conversationId, turn, ended } of all) {
        const stored = await bench.read(clinicId, conversationId);
        expect(stored?.turns).toEqual(Array.from({ length: 20 }, (_, n) => turn(n + 1, `Sentence ${n + 1}.`)));
        expect(stored?.ended).toEqual(ended());
        expect(await bench.read(clinicId === radiance.id ? lumen.id : radiance.id, conversationId)).toBeUndefined();
      }
    });

    it('keeps what a call folded to the last digit and character, in its order and each once', async () => {
      const { clinicId, conversationId, started, folded } = conversationOf();
      const again = folded(1);
      const odd = folded(2, { type: 'words', text: 'zero \u0000 half \ud83d "quoted" \\u0000' });
      await record(folded(1), odd, started, folded(0), {
        ...again,
        fold: () => ({ ...again.fold(), effects: 'another' }),
      });
      await record(folded(3), odd);
      const all = [folded(0), folded(1), odd, folded(3)].map(storedFold);
      expect(await bench.folds(clinicId, conversationId)).toEqual(all);
      expect(await bench.folds(lumen.id, conversationId)).toEqual([]);
    });

    it('is settled at once where nothing was written', async () => {
      await expect(bench.log.settled(1)).resolves.toBeUndefined();
    });

    describe('of a call that was taken over', () => {
      const call = conversationOf();
      const callSid = `CA${call.conversationId}`;
      const { clinicId, conversationId, started, turn, toolCall, usage, ended } = call;
      const claim = () => bench.register.claim(claimOf({ callSid, conversationId, node: 'node-a' }));
      const by = <Entry extends ConversationEntry>(epoch: number, entry: Entry): Entry => ({
        ...entry,
        fence: { callSid, epoch },
      });

      it('keeps nothing that its last owner still writes, tells of that, and keeps all the rest', async () => {
        const other = conversationOf();
        await record(started, by(1, turn(1, 'Hello.')));
        expect(bench.stale).toEqual([]);
        await claim();
        await record(by(2, turn(2, 'New.')), by(2, toolCall(1)));
        await record(
          other.started,
          by(1, turn(2, 'Old.')),
          by(1, turn(3, 'Old.')),
          by(2, turn(4, 'Newer.')),
          by(1, toolCall(1, { name: 'cancel_appointment' })),
          by(1, toolCall(2)),
          by(1, usage(9)),
          by(1, ended()),
          other.turn(1, 'Hi.'),
        );
        expect(bench.stale.length).toBeGreaterThan(0);
        for (const owner of bench.stale) expect(owner).toEqual({ callSid, epoch: 1 });
        expect(await bench.read(clinicId, conversationId)).toEqual({
          started,
          turns: [turn(1, 'Hello.'), turn(2, 'New.'), turn(4, 'Newer.')],
          toolCalls: [toolCall(1)],
          usage: undefined,
          ended: undefined,
        });
        expect(await bench.read(other.clinicId, other.conversationId)).toMatchObject({ turns: [other.turn(1, 'Hi.')] });
      });

      it('of two owners in one batch keeps the last one’s words, in whatever order they come', async () => {
        await record(started);
        await claim();
        await record(by(2, turn(1, 'New.')), by(1, turn(1, 'Old.')));
        expect(await bench.read(clinicId, conversationId)).toMatchObject({ turns: [turn(1, 'New.')] });
      });

      it('keeps what each owner folded while the call was theirs', async () => {
        const { folded } = call;
        await record(started, by(1, folded(0)), by(1, folded(1)));
        await claim();
        await record(by(2, folded(0)), by(1, folded(2)), by(2, folded(1)));
        const all = [by(1, folded(0)), by(1, folded(1)), by(2, folded(0)), by(2, folded(1))].map(storedFold);
        expect(await bench.folds(clinicId, conversationId)).toEqual(all);
      });

      it('is ended by its last owner alone', async () => {
        await record(started);
        await claim();
        await record(by(1, ended('abandoned')));
        expect(await claim()).toEqual(claimed(3));
        await record(by(3, ended('browsing')));
        expect(await bench.read(clinicId, conversationId)).toMatchObject({ ended: ended('browsing') });
        expect(await claim()).toEqual({ kind: 'ended' });
      });

      it('before it was written tells its first owner so', async () => {
        await claim();
        await record(started);
        expect(bench.stale).toEqual([{ callSid, epoch: 1 }]);
        expect(await bench.read(clinicId, conversationId)).toMatchObject({ started: { conversationId } });
      });

      it('while nobody could claim it keeps the words of whoever has the newer epoch', async () => {
        await record(started, by(2, turn(1, 'New.')));
        await record(by(1, turn(1, 'Old.')));
        expect(await bench.read(clinicId, conversationId)).toMatchObject({ turns: [turn(1, 'New.')] });
        expect(bench.stale).toEqual([]);
      });

      it('is begun by its newest owner where nobody had written it', async () => {
        await record(by(3, started), by(3, turn(1, 'Hello.')));
        await record(started, by(2, turn(2, 'Old.')));
        expect(await bench.read(clinicId, conversationId)).toMatchObject({ turns: [turn(1, 'Hello.')] });
        expect(new Set(bench.stale.map(({ epoch }) => epoch))).toEqual(new Set([1, 2]));
        expect(await claim()).toEqual(claimed(4));
      });
    });
  });
}
