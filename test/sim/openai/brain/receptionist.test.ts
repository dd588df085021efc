import { describe, expect, it } from 'vitest';
import {
  type ConversationOptions,
  type Desk,
  DeskConversation,
  EXACT,
  openDesk,
  SLOTS,
  TOOLS,
  tool,
} from '../test-desk.ts';
import type { BrainContext, BrainItem } from './brain.ts';
import { receptionist } from './receptionist.ts';

const converse = (changes: Desk = {}, options: ConversationOptions = {}) =>
  new DeskConversation(receptionist, openDesk(changes), options);

describe('the receptionist, booking', () => {
  it('checks, confirms the exact time, asks for name and e-mail one at a time, books, and says so', () => {
    const call = converse({ check_availability: () => EXACT });
    expect(call.hears("I'd like to book a Botox appointment for tomorrow at 2 PM")).toBe(
      'Tuesday at 2 PM with Priya Sharma is available. May I have your full name, please?',
    );
    expect(call.hears("It's Jordan Lee.")).toContain('email');
    expect(call.hears('jordan dot lee at example dot com')).toContain("You're booked for Tuesday at 2 PM");
    expect(call.calls.map(({ name, args }) => [name, args])).toEqual([
      ['check_availability', { service: 'Botox', when: 'tomorrow at 2 PM' }],
      ['book_appointment', { slot_id: 'tue14', customer_name: 'Jordan Lee', customer_email: 'jordan.lee@example.com' }],
    ]);
  });

  it('asks for the phone number where the tool or the instructions insist on it', () => {
    const required = TOOLS.map((one) =>
      one.name === 'book_appointment' ? tool(one.name, ['slot_id', 'customer_name', 'customer_phone']) : one,
    );
    for (const options of [{ tools: required }, { instructions: 'Ask for name, phone and email.' }]) {
      const call = converse({ check_availability: () => EXACT }, options);
      call.hears('Can I book a Botox for Tuesday at 2 PM?');
      expect(call.hears('Jordan Lee')).toContain('phone number');
      call.hears('five five five, zero one zero, zero one four two');
      call.hears('no email, thanks');
      expect(call.named('book_appointment')[0]?.args).toMatchObject({ customer_phone: '5550100142' });
    }
  });

  it('asks for service and time where they are missing', () => {
    const call = converse();
    expect(call.hears('Hi, I need to book an appointment.')).toBe('Which service would you like?');
    expect(call.hears('Um, laser hair removal please')).toBe('What day and time would you like?');
    call.hears('Next Tuesday around 11 AM');
    expect(call.calls[0]?.args).toEqual({ service: 'laser hair removal', when: 'Next Tuesday around 11 AM' });
  });

  it.each([
    ['the second one', 'tue14'],
    ['How about Wednesday at 4 PM?', 'wed16'],
    ['10 AM works', 'mon10'],
    ["let's do two o'clock", 'tue14'],
    ['the one with Maya', 'wed16'],
    ['the first one please', 'mon10'],
    ['whichever is earliest', 'mon10'],
  ])('understands the choice "%s" and does not check again', (words, slot) => {
    const call = converse();
    expect(call.hears("I'd like to see Priya for a consultation next week")).toContain(
      'I have Monday at 10 AM with Priya Sharma, Tuesday at 2 PM with Priya Sharma, or Wednesday at 4 PM with Maya Chen.',
    );
    expect(call.calls[0]?.args).toEqual({ service: 'consultation', when: 'next week', provider: 'Priya' });
    expect(call.hears(words)).toContain('name');
    call.hears('Jordan Lee');
    call.hears('jordan@example.com');
    expect(call.named('check_availability')).toHaveLength(1);
    expect(call.named('book_appointment')[0]?.args).toMatchObject({ slot_id: slot });
  });

  it('checks again only where the caller wants another time', () => {
    const call = converse();
    call.hears('Book me a Hydrafacial tomorrow at 3 PM');
    call.hears('Hmm, what about Friday morning?');
    expect(call.named('check_availability').map(({ args }) => args.when)).toEqual([
      'tomorrow at 3 PM',
      'Friday morning',
    ]);
    call.hears('the first one');
    call.hears('Actually, could we do Saturday instead?');
    expect(call.named('check_availability')[2]?.args.when).toBe('Saturday');
  });

  it('says that a day is fully booked and offers the next times', () => {
    const full = { success: true, slots: [], exact_match: false, fully_booked: true, next_available: SLOTS.slice(1) };
    const call = converse({ check_availability: () => full });
    const said = call.hears('I need a Hydrafacial tomorrow at 3 PM');
    expect(said).toContain("we're fully booked tomorrow");
    expect(said).toContain('Tuesday at 2 PM');
    expect(said).not.toContain('3 PM');
    call.hears('Wednesday is good');
    call.hears('Ann Ng');
    call.hears('no');
    expect(call.named('book_appointment')[0]?.args.slot_id).toBe('wed16');
  });

  it('offers the fresh times when the slot was taken meanwhile', () => {
    let tries = 0;
    const call = converse({
      check_availability: () => EXACT,
      book_appointment: () =>
        tries++ === 0
          ? { success: false, error: 'slot_taken', user_message: 'Somebody just took that one.', slots: [SLOTS[2]] }
          : { success: true, appointment_id: 'a', spoken: "You're booked for Wednesday at 4 PM." },
    });
    call.hears('Book Botox on Tuesday at 2 PM');
    call.hears('Jordan Lee');
    expect(call.hears('no email')).toBe('Somebody just took that one. I have Wednesday at 4 PM with Maya Chen.');
    expect(call.hears('Yes, that works')).toContain("You're booked for Wednesday at 4 PM.");
    expect(call.named('book_appointment')[1]?.args).toMatchObject({ slot_id: 'wed16', customer_name: 'Jordan Lee' });
  });

  it('says what a failing tool wants said, tries nothing again by itself, and takes a message instead', () => {
    const sorry = "I'm having trouble accessing the calendar right now. Would you like someone to call you back?";
    const call = converse({
      check_availability: () => ({
        success: false,
        error: 'calendar_unavailable',
        error_code: 404,
        user_message: sorry,
      }),
    });
    expect(call.hears('I want to book a Botox appointment for tomorrow')).toBe(sorry);
    expect(call.calls).toHaveLength(1);
    expect(call.hears('Yes, please')).toContain('name');
    expect(call.hears('Jordan Lee')).toContain("I've taken your message.");
    expect(call.named('take_message')[0]?.args).toEqual({
      customer_name: 'Jordan Lee',
      message: 'Please call back about: Botox, tomorrow.',
    });
  });

  it('goes on as before in a session that was rebuilt from its items', () => {
    const first = converse();
    first.hears("I'd like to book Botox for next week");
    first.hears('the second one');
    const second = converse();
    second.items.push(...first.items.filter((item) => item.kind !== 'assistant'));
    expect(second.hears('Jordan Lee')).toContain('email');
  });
});

describe('the receptionist, where staff cannot be reached', () => {
  const SORRY = "I'm sorry, nobody can take your call right now. Would you like to leave a message?";
  const closed = () => ({ success: false, error: 'invalid_arguments', user_message: SORRY });

  it.each([
    ['by the tool', { transfer_to_staff: closed }],
    ['by whoever spoke in her name', {}],
  ])('takes the message that was offered %s, in the caller’s own words', (how, changes) => {
    const call = converse(changes);
    call.hears('Can I speak to a person, please?');
    if (how !== 'by the tool') call.items.push({ kind: 'assistant', text: SORRY });
    expect(call.hears('Yes, please.')).toContain('name');
    expect(call.hears('Jordan Lee')).toBe('What would you like me to pass on?');
    expect(call.hears('Please call me about my bill.')).toContain("I've taken your message.");
    expect(call.named('take_message')[0]?.args).toEqual({
      customer_name: 'Jordan Lee',
      message: 'Please call me about my bill.',
    });
  });

  it('goes on with something else where the caller wants no message', () => {
    const call = converse({ transfer_to_staff: closed });
    call.hears('Can I speak to a person, please?');
    expect(call.hears('No, thanks.')).toContain('anything else');
    expect(call.named('take_message')).toEqual([]);
  });
});

describe('the receptionist, told to give no medical advice', () => {
  it('gives none, and answers everything else', () => {
    const call = converse({}, { instructions: 'You give no medical advice.' });
    expect(call.hears('Should I take ibuprofen after my peel?')).toContain("I'm not able to give medical advice");
    expect(call.hears('What are your opening hours?')).not.toContain('medical');
  });
});

describe('the receptionist, beyond booking', () => {
  it('finds and moves an appointment', () => {
    const call = converse();
    expect(call.hears('I need to reschedule my Botox appointment')).toBe(
      'I found your appointment: Botox, Thursday at 3 PM. What day and time would you like instead?',
    );
    expect(call.hears('Sometime next week')).toContain('Tuesday at 2 PM');
    expect(call.hears('Tuesday at 2 PM works')).toContain("You're now booked for Tuesday at 2 PM.");
    expect(call.named('reschedule_appointment')[0]?.args).toEqual({ appointment_id: 'appt9', slot_id: 'tue14' });
    expect(call.named('check_availability')[0]?.args.appointment_id).toBe('appt9');
    expect(call.named('book_appointment')).toEqual([]);
  });

  it('cancels only after a yes', () => {
    const call = converse();
    expect(call.hears('I have to cancel my appointment')).toContain('Shall I cancel it for you?');
    expect(call.named('cancel_appointment')).toEqual([]);
    expect(call.hears('Yes please')).toContain('Your appointment is cancelled.');
    expect(call.named('cancel_appointment')[0]?.args).toEqual({ appointment_id: 'appt9' });
  });

  it('asks which of several appointments is meant, and for a name where it finds none', () => {
    const two = [
      { appointment_id: 'a1', service: 'Botox', spoken: 'Monday at 9 AM' },
      { appointment_id: 'a2', service: 'Hydrafacial', spoken: 'Friday at 1 PM' },
    ];
    const several = converse({ find_appointments: () => ({ success: true, appointments: two }) });
    expect(several.hears('Please cancel my appointment')).toContain('Which one');
    several.hears('The Hydrafacial');
    several.hears('yes');
    expect(several.named('cancel_appointment')[0]?.args).toEqual({ appointment_id: 'a2' });
    const none = converse({
      find_appointments: ({ customer_name: name }) => ({
        success: true,
        appointments: name === undefined ? [] : two.slice(0, 1),
      }),
    });
    expect(none.hears('I want to reschedule my appointment')).toContain('What name and phone number is it under?');
    expect(none.hears('My name is Jordan Lee. My phone number is 555 010 0142.')).toContain('Monday at 9 AM');
    expect(none.named('find_appointments')[1]?.args).toEqual({
      customer_name: 'Jordan Lee',
      customer_phone: '5550100142',
    });
  });

  it('tells when an appointment is', () => {
    expect(converse().hears('When is my appointment?')).toContain('Thursday at 3 PM');
  });

  it('answers questions in the middle of a booking and comes back to it', () => {
    const call = converse();
    call.hears('I want to book Botox next week');
    call.hears('the first one');
    const said = call.hears('Wait, what are your opening hours?');
    expect(call.named('get_clinic_info')[0]?.args).toEqual({ topic: 'hours' });
    expect(said).toContain('Monday');
    expect(said).toContain('09:00');
    expect(said).toContain('name');
  });

  it('takes a yes for the time that a failure proposes', () => {
    const sorry = 'That one was not offered. Shall I book Wednesday at 4 PM for you?';
    let tries = 0;
    const call = converse({
      check_availability: () => EXACT,
      book_appointment: ({ slot_id: id }) =>
        tries++ === 0
          ? { success: false, error: 'slot_not_offered', user_message: sorry, slots: SLOTS }
          : { success: true, appointment_id: 'a', spoken: `You're booked: ${String(id)}.` },
    });
    call.hears('Book Botox on Tuesday at 2 PM');
    call.hears('My name is Jordan Lee. My email is jordan@example.com.');
    expect(call.hears('Yes, please.')).toContain("You're booked: wed16.");
  });

  it('answers a question with the fact that was asked for', () => {
    const facts = { success: true, clinic: 'Radiance', hours: 'Monday to Saturday, 9 AM to 6 PM' };
    const call = converse({ get_clinic_info: () => facts });
    expect(call.hears('What are your opening hours?')).toContain("We're open Monday to Saturday, 9 AM to 6 PM.");
    expect(call.hears('Thank you, that is all I needed. Goodbye.')).toContain('Goodbye');
  });

  it('answers two questions of one breath, each with its own fact', () => {
    const facts = {
      success: true,
      hours: 'Monday to Saturday, 9 AM to 6 PM',
      prices: [{ name: 'Botox', price: '$350' }],
    };
    const call = converse({ get_clinic_info: () => facts });
    const said = call.hears('What are your opening hours, and how much is Botox?');
    expect(call.named('get_clinic_info').map(({ args }) => args)).toEqual([{ topic: 'hours' }, { topic: 'prices' }]);
    expect(said).toMatch(/We're open Monday to Saturday, 9 AM to 6 PM\. .*\$350/);
  });

  it('is neither confused by a wish that comes later nor by a promise to call back', () => {
    const call = converse({ check_availability: () => EXACT });
    call.hears("I'd like to book a Botox appointment for tomorrow at 2 PM.");
    call.hears('Actually, could we do the day after tomorrow in the morning instead?');
    expect(call.named('check_availability')[1]?.args.when).toBe('the day after tomorrow in the morning');
    expect(call.hears("No, thank you. I'll call back another time. Goodbye.")).toContain('Goodbye');
    expect(call.named('take_message')).toEqual([]);
  });

  it('tells the price of the service that was asked about', () => {
    const prices = [
      { name: 'Botox', price: '$350', duration_minutes: 30 },
      { name: 'Dermal filler', price: '$650' },
    ];
    const call = converse({ get_clinic_info: () => ({ success: true, services: prices }) });
    const said = call.hears('How much is Botox?');
    expect(said).toContain('$350');
    expect(said).not.toContain('$650');
  });

  it('puts somebody on the waitlist', () => {
    const call = converse();
    expect(call.hears('Can you put me on the waitlist for a Hydrafacial?')).toContain('name');
    expect(call.hears('Ann Ng')).toContain("You're on the waitlist.");
    expect(call.named('join_waitlist')[0]?.args).toEqual({ service: 'Hydrafacial', customer_name: 'Ann Ng' });
  });

  it('takes a message as it is dictated', () => {
    const call = converse();
    call.hears('Can I leave a message?');
    call.hears('Ann Ng');
    call.hears('Please cancel nothing, I will be ten minutes late on Friday.');
    expect(call.named('take_message')[0]?.args).toEqual({
      customer_name: 'Ann Ng',
      message: 'Please cancel nothing, I will be ten minutes late on Friday.',
    });
  });

  it('puts a caller through who asks for a person, and does not talk on', () => {
    const call = converse();
    expect(call.hears('Can I speak to a real person?')).toBe("Of course, I'll put you through to our staff.");
    expect(call.named('transfer_to_staff')).toHaveLength(1);
  });

  it('says goodbye and ends the call', () => {
    const call = converse();
    call.hears('What are your hours?');
    expect(call.hears('No, that is all, thank you. Bye!')).toContain('Goodbye');
    expect(call.named('end_call')).toHaveLength(1);
  });

  it('asks a caller to repeat what could not be understood', () => {
    expect(converse().hears('')).toContain('say that again');
  });

  it('asks back where it does not understand', () => {
    expect(converse().hears('The weather is lovely')).toContain('?');
  });
});

const reply = (changes: Partial<BrainContext>, items: readonly BrainItem[] = []) =>
  receptionist.reply({
    sessionInstructions: '',
    tools: TOOLS,
    toolChoice: 'auto',
    items,
    nowMs: 0,
    random: () => 0,
    ...changes,
  });

describe('the receptionist, told what to say', () => {
  it.each([
    ['Say exactly: "Hello, this is Ava."', 'Hello, this is Ava.'],
    ['Please say verbatim “One moment, please.” and nothing else.', 'One moment, please.'],
    ['Say word for word: I lost you for a moment.', 'I lost you for a moment.'],
    ["Say exactly this sentence: 'Are you still there?'", 'Are you still there?'],
    ['Say exactly the following, in a warm voice:\n"We open at 9:00."', 'We open at 9:00.'],
  ])('obeys "%s"', (instructions, sentence) => {
    expect(reply({ responseInstructions: instructions }, [{ kind: 'caller', text: 'Hi', audible: true }])).toEqual({
      say: sentence,
    });
  });

  it('opens with the sentence of the session, and only opens with it', () => {
    const sessionInstructions = 'You are Ava. When the call begins, say exactly: "Welcome to Radiance."';
    expect(reply({ sessionInstructions })).toEqual({ say: 'Welcome to Radiance.' });
    const later = reply({ sessionInstructions }, [{ kind: 'caller', text: 'What are your hours?', audible: true }]);
    expect(later.say).toBeUndefined();
  });

  it('uses a tool that it is forced to use', () => {
    const toolChoice = { type: 'function', name: 'get_clinic_info' } as const;
    expect(reply({ toolChoice }).calls).toEqual([{ name: 'get_clinic_info', arguments: '{}' }]);
  });
});
