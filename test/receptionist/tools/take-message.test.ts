import { describe, expect, it } from 'vitest';
import { CALLER, type Desk, MONDAY_MORNING, openDesk, radiance } from '../desk.ts';

const JORDAN = { customer_name: 'Jordan Lee', message: 'Please call me about my invoice.' };
const left = (desk: Desk) => desk.messages.of(radiance.id);

describe('a message for staff', () => {
  it('is there for them with who left it, and name and number are read back', async () => {
    const desk = openDesk();
    const answer = await desk.use('take_message', JORDAN);
    expect(answer).toEqual({
      success: true,
      message_id: left(desk)[0]?.id,
      spoken: 'Your message is with our team, Jordan Lee. They can reach you at (212) 555-0142.',
    });
    expect(left(desk)).toMatchObject([
      {
        conversationId: 'conversation',
        customerName: 'Jordan Lee',
        customerPhone: CALLER,
        content: { source: 'conversation', text: JORDAN.message },
        now: MONDAY_MORNING,
      },
    ]);
    expect(desk.dealings().messageTaken).toBe(true);
  });

  it('goes with the number that was given, in the caller’s words', async () => {
    const desk = openDesk();
    await desk.use('take_message', { ...JORDAN, customer_phone: 'two one two, five five five, oh one nine nine' });
    expect(left(desk)).toMatchObject([{ customerPhone: '+12125550199' }]);
  });

  it('needs a number where the caller’s is withheld', async () => {
    const desk = openDesk({ callerPhone: null });
    const answer = await desk.refused('take_message', JORDAN);
    expect(answer).toMatchObject({ error: 'invalid_arguments', user_message: expect.stringMatching(/phone number/) });
    expect(left(desk)).toEqual([]);
    await desk.use('take_message', { ...JORDAN, customer_phone: '212 555 0142' });
    expect(left(desk)).toHaveLength(1);
  });

  it('is asked for its number again where that was none, and is not sent to the caller’s instead', async () => {
    const desk = openDesk();
    const answer = await desk.refused('take_message', { ...JORDAN, customer_phone: '555' });
    expect(answer.user_message).toMatch(/digit by digit/);
    expect(left(desk)).toEqual([]);
  });

  it('taken twice is one, whatever its commas and capitals; another one is another', async () => {
    const desk = openDesk();
    const first = await desk.use('take_message', JORDAN);
    expect(await desk.use('take_message', { ...JORDAN, message: ' please call me, about my INVOICE ' })).toEqual(first);
    expect(left(desk)).toHaveLength(1);
    await desk.use('take_message', { ...JORDAN, message: 'I left my scarf in the waiting room.' });
    expect(left(desk)).toHaveLength(2);
  });

  it('that cannot be stored is not said to be, nor offered again', async () => {
    const desk = openDesk({ messageFaults: { leave: () => Promise.reject(new Error('the database is away')) } });
    const answer = await desk.refused('take_message', JORDAN);
    expect(answer).toMatchObject({ error: 'internal_error', user_message: expect.stringMatching(/can't save/) });
    expect(answer.user_message).not.toMatch(/take your|call you back/);
    expect(desk.dealings()).toMatchObject({ messageTaken: false, stuck: 'internal_error' });
    expect(desk.breakages).toHaveLength(1);
  });
});
