import { describe, expect, it } from 'vitest';
import { goalOf, topicOf, wantsStaff } from './intent.ts';
import { chosenSlot, slotsOf } from './slots.ts';
import { emailWords, nameWords, phoneWords, providerWords, serviceWords, whenWords } from './words.ts';

describe('what can be read out of words', () => {
  it.each([
    ["I'd like to book a Botox appointment for tomorrow at 2 PM", 'Botox', 'tomorrow at 2 PM', undefined],
    ['I need a Hydrafacial tomorrow at 3 PM', 'Hydrafacial', 'tomorrow at 3 PM', undefined],
    ["I'd like to see Priya for a consultation next week", 'consultation', 'next week', 'Priya'],
    ['Hi, I need a laser hair removal appointment', 'laser hair removal', undefined, undefined],
    [
      'Do you have anything for a chemical peel with Dr. Elena Ruiz on Friday afternoon?',
      'chemical peel',
      'Friday afternoon',
      'Dr. Elena Ruiz',
    ],
    ['Could I get dermal filler on March 3rd at 10:30?', 'dermal filler', 'March 3rd at 10:30', undefined],
    [
      'This is Jordan Lee, can you fit me in for Botox on 2026-03-04 in the morning?',
      'Botox',
      '2026-03-04 in the morning',
      undefined,
    ],
    ['I want to make an appointment', undefined, undefined, undefined],
  ])('in "%s"', (text, service, when, provider) => {
    expect([serviceWords(text), whenWords(text), providerWords(text)]).toEqual([service, when, provider]);
  });

  it.each([
    ['Jordan Lee', 'Jordan Lee'],
    ["Sure, it's Jordan Lee.", 'Jordan Lee'],
    ["My full name is Anne-Marie O'Neil, thanks", "Anne-Marie O'Neil"],
    ['Jordan Lee, 555 010 0142', 'Jordan Lee'],
    ['Yes please', undefined],
    ['What was that?', undefined],
  ])('the name in "%s"', (text, name) => {
    expect(nameWords(text)).toBe(name);
  });

  it.each([
    ['+1 555 010 0142', '+15550100142'],
    ['(555) 010-0142', '5550100142'],
    ['five five five zero one zero zero one four two', '5550100142'],
    ['plus one five five five, zero one zero, zero one four two', '+15550100142'],
    ['the second one', undefined],
  ])('the number in "%s"', (text, phone) => {
    expect(phoneWords(text)).toBe(phone);
  });

  it.each([
    ["It's jordan.lee@example.com", 'jordan.lee@example.com'],
    ['jordan dot lee at example dot com', 'jordan.lee@example.com'],
    ['That would be jordan at example dot co dot uk', 'jordan@example.co.uk'],
    ["I'd rather not", undefined],
  ])('the address in "%s"', (text, email) => {
    expect(emailWords(text)).toBe(email);
  });

  it.each([
    ['Can I leave a message for Priya?', 'message'],
    ['Could you move my appointment to Friday?', 'reschedule'],
    ['I want to cancel my booking', 'cancel'],
    ['When is my appointment?', 'find'],
    ['Put me on the waiting list', 'waitlist'],
    ["I'd like to make an appointment", 'book'],
    ['What a lovely day', undefined],
  ])('the wish in "%s"', (text, goal) => {
    expect(goalOf(text)).toBe(goal);
  });

  it('which facts and whether a person is asked for', () => {
    expect(topicOf('How much is Botox?')).toBe('prices');
    expect(topicOf('Where are you located?')).toBe('location');
    expect(topicOf("What's your cancellation policy?")).toBe('policies');
    expect(wantsStaff('Can I talk to someone at the front desk?')).toBe(true);
    expect(wantsStaff('I want to book Botox')).toBe(false);
  });

  it('no slot where the words name a time that was not offered', () => {
    const offers = slotsOf([
      { slot_id: 'a', spoken: 'Monday at 10 AM' },
      { slot_id: 'b', spoken: 'Monday at 2:30 PM' },
      'junk',
    ]);
    expect(offers).toHaveLength(2);
    expect(chosenSlot('Monday at 2:30', offers)?.id).toBe('b');
    expect(chosenSlot('half past never at 5 PM', offers)).toBeUndefined();
    expect(chosenSlot('yes', offers)).toBeUndefined();
  });
});
