import { describe, expect, it } from 'vitest';
import { CALLER, type Desk, openDesk, radiance } from '../desk.ts';

const WISH = { service: 'hydrafacial', customer_name: 'jordan lee' };
const entries = (desk: Desk) => desk.bookings.waitlist(radiance.id);
const midnight = (date: string): number => Date.parse(`${date}T00:00:00-05:00`);

describe('the waitlist', () => {
  it('keeps who waits for what and when, and reads name and number back', async () => {
    const desk = openDesk();
    const args = { ...WISH, provider: 'maya', earliest_date: '2026-11-25', latest_date: '2026-11-27' };
    expect(await desk.use('join_waitlist', args)).toEqual({
      success: true,
      waitlist_id: entries(desk)[0]?.id,
      spoken:
        "You're on the waitlist for Hydrafacial with Maya Chen from Wednesday, November 25th until Friday, November 27th, " +
        'Jordan Lee. The number we have for you is (212) 555-0142.',
    });
    expect(entries(desk)).toMatchObject([
      {
        conversationId: 'conversation',
        providerId: radiance.providers[2]?.id,
        from: midnight('2026-11-25'),
        until: midnight('2026-11-28'),
        customerName: 'Jordan Lee',
        customerPhone: CALLER,
        match: null,
      },
    ]);
    expect(desk.dealings().waitlisted).toBe(true);
  });

  it('takes anybody and any day where none is named', async () => {
    const desk = openDesk();
    const { spoken } = Object(await desk.use('join_waitlist', WISH));
    expect(spoken).toBe(
      "You're on the waitlist for Hydrafacial, Jordan Lee. The number we have for you is (212) 555-0142.",
    );
    expect(entries(desk)).toMatchObject([{ providerId: null, from: midnight('2026-11-23'), until: null }]);
  });

  it('joined twice is joined once', async () => {
    const desk = openDesk();
    const first = await desk.use('join_waitlist', WISH);
    expect(
      await desk.use('join_waitlist', { ...WISH, service: 'Hydrafacial', customer_phone: '212 555 0142' }),
    ).toEqual(first);
    expect(entries(desk)).toHaveLength(1);
  });

  it.each([
    ['unknown_service', { service: 'haircut' }],
    ['unknown_provider', { provider: 'Nobody' }],
    ['provider_not_available_for_service', { provider: 'Elena' }],
    ['slot_in_past', { latest_date: '2026-11-22' }],
    ['outside_booking_window', { earliest_date: '2027-06-01' }],
    ['invalid_arguments', { earliest_date: '2026-11-30', latest_date: '2026-11-29' }],
  ])('is not joined where that would be %s', async (error, args) => {
    const desk = openDesk();
    expect((await desk.refused('join_waitlist', { ...WISH, ...args })).error).toBe(error);
    expect(entries(desk)).toEqual([]);
    expect(desk.dealings().waitlisted).toBe(false);
  });

  it('needs a number where the caller’s is withheld', async () => {
    const desk = openDesk({ callerPhone: null });
    expect((await desk.refused('join_waitlist', WISH)).user_message).toMatch(/phone number/);
  });

  it('has the time that another caller gives up', async () => {
    const desk = openDesk();
    await desk.check({ service: 'hydrafacial', when: 'tomorrow at 2 PM', provider: 'Maya' });
    const { appointment_id } = await desk.book({ slot_id: 1, customer_name: 'Robin Quill' });
    const other = openDesk({ bookings: desk.bookings, callerPhone: '+12125550177', conversationId: 'another' });
    await other.use('join_waitlist', WISH);
    await desk.use('cancel_appointment', { appointment_id });
    expect(entries(desk)).toMatchObject([{ match: { startsAt: Date.parse('2026-11-24T14:00:00-05:00') } }]);
  });
});
