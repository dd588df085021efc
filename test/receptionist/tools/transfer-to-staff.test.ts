import { describe, expect, it } from 'vitest';
import type { Channel } from '../../../src/domain/ports.ts';
import { MONDAY_MORNING, openDesk, radiance } from '../desk.ts';

const BILL = { reason: 'Jordan Lee has a question about a bill.' };
const AT_NIGHT = MONDAY_MORNING + 12 * 3_600_000;

describe('a transfer to staff', () => {
  it('is under way with its reason while they can be reached', async () => {
    const desk = openDesk();
    expect(await desk.use('transfer_to_staff', BILL)).toMatchObject({ success: true });
    expect(desk.dealings().transferring).toBe(BILL.reason);
    await desk.use('transfer_to_staff', BILL);
    expect(desk.dealings().transferring).toBe(BILL.reason);
  });

  it.each([
    ['outside staff hours', { now: AT_NIGHT }, /outside staff hours/],
    ['without a staff line', { clinic: { ...radiance, staffPhones: [] } }, /no staff line/],
  ])('is none %s: a message is offered instead', async (_, setup, why) => {
    const desk = openDesk(setup);
    const answer = await desk.refused('transfer_to_staff', BILL);
    expect(answer.user_message).toMatch(/nobody from our staff .* leave a message\?/);
    expect(answer).toMatchObject({
      details: expect.stringMatching(why),
      guidance: expect.stringMatching(/take_message/),
    });
    expect(desk.dealings()).toMatchObject({ transferring: null, stuck: null });
  });

  it.each<Channel>(['web', 'sms'])('is none over %s, where the number to call is told', async (channel) => {
    const desk = openDesk({ channel });
    const answer = await desk.refused('transfer_to_staff', BILL);
    expect(answer.user_message).toContain('(555) 010-0001');
    expect(desk.dealings().transferring).toBeNull();
  });
});
