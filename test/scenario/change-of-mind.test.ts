import { describe, expect, it } from 'vitest';
import { wallClock } from '../../src/domain/clinic-time.ts';
import { STORY_MS, toldStory } from '../support/story.ts';

describe.concurrent('a caller who thinks again in the same breath', () => {
  it.for(['receptionist', 'clumsy'] as const)(
    'is booked for what they said last (%s)',
    { timeout: STORY_MS },
    async (brain, context) => {
      const { ava, call, conversation } = await toldStory(context, 'moved-on', { openai: { brain } });
      const { appointments, outcome } = conversation;
      expect(outcome).toBe('appointment_scheduled');
      expect(appointments).toHaveLength(1);
      const startsAt = appointments[0]?.startsAt ?? 0;
      expect(wallClock(startsAt, ava.clinic.timeZone)).toMatchObject({ date: '2026-11-25', minute: 10 * 60 });
      expect(call.heardText).toMatch(/booked for Botox on Wednesday, November 25th at 10 AM/);
      expect(call.heardText).not.toMatch(/booked for Botox tomorrow/);
    },
  );
});

describe.concurrent('a caller who wants another day after all', () => {
  it('is booked for that one, and the first is free again', { timeout: STORY_MS }, async (context) => {
    const { ava, conversation } = await toldStory(context, 'indecisive');
    const { appointments, outcome } = conversation;
    expect(outcome).toBe('appointment_scheduled');
    expect(appointments).toHaveLength(1);
    const { date, minute } = wallClock(appointments[0]?.startsAt ?? 0, ava.clinic.timeZone);
    expect(date).toBe('2026-11-25');
    expect(minute).toBeLessThan(12 * 60);
    const held = await ava.database.withClinic(ava.clinic.id, 'test', (sql) => sql`select 1 from holds`);
    expect(held).toHaveLength(0);
  });
});
