/** What every store of messages for staff promises. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MessageStore, NewMessage } from '../../src/domain/ports.ts';
import { lumen, radiance } from './booking-requests.ts';

export interface MessageBench {
  readonly store: MessageStore;
  /** What stands for a clinic, in the order in which it was left. */
  of(clinicId: string): Promise<readonly (Omit<NewMessage, 'key'> & { readonly id: string })[]>;
  close(): Promise<void>;
}

const AT = Date.parse('2026-11-23T15:00:00Z');

export function messageOf(changes: Partial<NewMessage> = {}): NewMessage {
  return {
    clinicId: radiance.id,
    conversationId: randomUUID(),
    key: randomUUID(),
    customerName: 'Jordan Lee',
    customerPhone: '+12125550142',
    content: { source: 'conversation', text: 'Please call me back about my invoice.' },
    now: AT,
    ...changes,
  };
}

export function voicemailOf(changes: Partial<NewMessage> = {}): NewMessage {
  const recording = { sid: 'RE1', url: 'https://api.example/recordings/RE1', seconds: 12 };
  return messageOf({ customerName: null, content: { source: 'voicemail', recording }, ...changes });
}

export function describeMessageStore(name: string, open: () => Promise<MessageBench>): void {
  describe(`the messages for staff ${name}`, () => {
    let bench: MessageBench;
    beforeEach(async () => {
      bench = await open();
    });
    afterEach(() => bench.close());

    it('are kept as they were left, a clinic’s own', async () => {
      const { key: _, ...message } = messageOf();
      const id = await bench.store.leave({ ...message, key: 'a' });
      await bench.store.leave(messageOf({ clinicId: lumen.id, key: 'a' }));
      expect(await bench.of(radiance.id)).toMatchObject([{ ...message, id }]);
      expect(await bench.of(lumen.id)).toHaveLength(1);
    });

    it('may be recordings of callers who are not known', async () => {
      const { key: _, ...voicemail } = voicemailOf({ customerPhone: null, conversationId: null });
      const recording = { sid: 'RE2', url: 'https://api.example/recordings/RE2', seconds: null };
      const later = { ...voicemail, content: { source: 'voicemail', recording }, now: AT + 1_000 } as const;
      await bench.store.leave({ ...voicemail, key: 'a' });
      await bench.store.leave({ ...later, key: 'b' });
      expect(await bench.of(radiance.id)).toMatchObject([voicemail, later]);
    });

    it('left twice are one, whose name was given last', async () => {
      const key = `a message of many words ${'and more '.repeat(400)}`;
      const message = messageOf({ key });
      const first = await bench.store.leave(message);
      expect(await bench.store.leave({ ...message, customerName: 'Jordan Leigh', now: AT + 5_000 })).toBe(first);
      expect(await bench.of(radiance.id)).toMatchObject([{ id: first, customerName: 'Jordan Leigh', now: AT }]);
      const voicemail = voicemailOf({ clinicId: lumen.id });
      expect(await bench.store.leave(voicemail)).toBe(await bench.store.leave(voicemail));
      expect(await bench.of(lumen.id)).toHaveLength(1);
    });

    it('left ten times at once are one', async () => {
      const message = messageOf();
      const ids = await Promise.all(Array.from({ length: 10 }, () => bench.store.leave(message)));
      expect(new Set(ids).size).toBe(1);
      expect(await bench.of(radiance.id)).toHaveLength(1);
    });

    it('may hold whatever a caller or a model comes up with', async () => {
      const text = `\u0000 ' " \\ {} <b> \u{1F600} ${'x'.repeat(2_000)}`;
      await bench.store.leave(messageOf({ customerName: 'Zoë\u0000', content: { source: 'conversation', text } }));
      const [kept] = await bench.of(radiance.id);
      const words = kept?.content.source === 'conversation' ? kept.content.text : '';
      expect(words.replaceAll('\u0000', ' ')).toBe(text.replaceAll('\u0000', ' '));
    });
  });
}
