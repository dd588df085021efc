import { describe, expect, it } from 'vitest';
import { DeskConversation, EXACT, openDesk } from '../test-desk.ts';
import { clumsyBrain } from './clumsy.ts';
import { parsedObject } from './json.ts';
import { receptionist } from './receptionist.ts';

const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1);
const LINES = [
  "I'd like to book a Botox appointment for tomorrow at 2 PM",
  'Jordan Lee',
  'jordan@example.com',
  'No, thanks. Bye!',
];

function booking(seed: number): { call: DeskConversation; said: string[] } {
  const call = new DeskConversation(clumsyBrain(receptionist, seed), openDesk({ check_availability: () => EXACT }));
  return { call, said: LINES.map((line) => call.hears(line)) };
}

describe('the clumsy brain', () => {
  it('gets every booking done in the end, whatever she does wrong on the way', () => {
    for (const seed of SEEDS) {
      const { said, call } = booking(seed);
      expect(said[0], `seed ${seed}`).toContain('Tuesday at 2 PM with Priya Sharma is available.');
      expect(said[2], `seed ${seed}`).toContain("You're booked for Tuesday at 2 PM");
      expect(call.named('end_call')).toHaveLength(1);
    }
  });

  it('makes every sort of mistake on some seed', () => {
    const all = SEEDS.flatMap((seed) => booking(seed).call.calls);
    const values = all.flatMap(({ args }) => Object.values(args));
    expect(values.some((value) => typeof value !== 'string')).toBe(true);
    expect(values).toContain('slot-999-invented');
    expect(all.some(({ raw }) => parsedObject(raw.arguments) === undefined)).toBe(true);
    expect(all.some(({ name }) => name.endsWith('_now'))).toBe(true);
    expect(all.some(({ name, args }) => name === 'book_appointment' && args.slot_id === undefined)).toBe(true);
    const counts = SEEDS.map((seed) => booking(seed).call.named('check_availability').length);
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(10);
  });

  it('does the same again for the same seed', () => {
    expect(booking(7).call.items).toEqual(booking(7).call.items);
  });

  it('is not always clumsy', () => {
    const clean = SEEDS.filter((seed) => booking(seed).call.calls.length === 3);
    expect(clean.length).toBeGreaterThan(0);
    expect(clean.length).toBeLessThan(SEEDS.length / 2);
  });
});
