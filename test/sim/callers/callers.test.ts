import { describe, expect, it } from 'vitest';
import { scenario, scenarioNames, scenarioSummaries } from './scenarios.ts';
import { type CallerScript, focusOf, type PhoneAct, type ScriptInput, startScript, stepScript } from './script.ts';

const WORD_MS = 300;

/** A conversation without phones: she says the lines in turn, each after the caller has answered the one before. */
function converse(script: CallerScript, lines: readonly string[], waitMs = 4_000): readonly string[] {
  let [state, nowMs, quietSinceMs] = [startScript(), 0, 0];
  const transcript: string[] = [];
  const feed = (input: ScriptInput): readonly PhoneAct[] => {
    const next = stepScript(script, state, input);
    state = next.state;
    for (const act of next.acts) {
      transcript.push('say' in act ? act.say : 'press' in act ? `[${act.press}]` : '[hangs up]');
    }
    return next.acts;
  };
  for (const line of lines) {
    for (const word of line.split(' ')) {
      nowMs += WORD_MS;
      quietSinceMs = nowMs;
      feed({ type: 'heard', word, nowMs, speaking: false });
    }
    for (const endMs = nowMs + waitMs; nowMs < endMs; nowMs += 20) {
      const acts = feed({ type: 'moment', nowMs, quietMs: nowMs - quietSinceMs, speaking: false });
      if (acts.length > 0) break;
    }
  }
  return transcript;
}

describe('a caller', () => {
  it('books: greeting, time, name, phone, email, nothing else, goodbye', () => {
    const said = converse(scenario('book'), [
      'Thank you for calling Radiance Med Spa. How can I help you today?',
      'One moment while I check.',
      'Tomorrow at 2 PM with Dr. Elena Ruiz is available. Shall I book it for you?',
      'Great. May I have your full name, please?',
      'Thanks, Jordan. What is the best phone number to reach you?',
      'And your email address?',
      "You're booked for Botox tomorrow at 2 PM. Is there anything else I can help you with?",
      'Thank you for calling. Goodbye!',
    ]);
    expect(said).toEqual([
      "I'd like to book a Botox appointment for tomorrow at 2 PM.",
      'Yes, please.',
      'My name is Jordan Lee.',
      'My phone number is +1 555 010 0142.',
      'My email is jordan.lee@example.com.',
      "No, that's all, thank you.",
      '[hangs up]',
    ]);
  });

  it('takes the first alternative when several times are offered', () => {
    const offers = [
      '2 PM is taken. I have 2:30 PM with Priya, 3 PM with Elena or 4 PM with Priya. Which one would you like?',
      'Would 2:30 p.m. or 3 p.m. work for you?',
      'I can offer 10 AM or 11 AM. Which time works best?',
    ];
    for (const offer of offers) {
      expect(converse(scenario('book'), ['Hello, how can I help?', offer]).at(-1)).toBe('The first one, please.');
    }
  });

  it('says when, as often as it is asked', () => {
    const said = converse(scenario('book', { when: 'Friday at 10 AM' }), [
      'Hello!',
      'What day and time would you like?',
      'Sorry, what time was that?',
    ]);
    expect(said.slice(1)).toEqual(['Friday at 10 AM, please.', 'Friday at 10 AM, please.']);
  });

  it('answers two questions in one breath', () => {
    const said = converse(scenario('book'), ['Hello!', 'Can I have your name and phone number, please?']);
    expect(said.at(-1)).toBe('My name is Jordan Lee. My phone number is +1 555 010 0142.');
  });

  it('is whoever the story is told about', () => {
    const said = converse(scenario('book', { name: 'Sam Okafor', service: 'IPL' }), ['Hi!', 'Your name, please?']);
    expect(said).toEqual(["I'd like to book an IPL appointment for tomorrow at 2 PM.", 'My name is Sam Okafor.']);
  });

  it('waits for the end of what is said', () => {
    const said = converse(scenario('book'), ['Hello, how can I help you?', 'Let me have a look at the calendar.']);
    expect(said).toHaveLength(1);
  });

  it('asks whether anybody is there, twice, then hangs up', () => {
    const said = converse(scenario('book'), ['Hello!', 'Hm.', 'Hm.', 'Hm.'], 20_000);
    expect(said.slice(1)).toEqual(['Hello? Are you there?', 'Hello? Are you there?', '[hangs up]']);
  });

  it('hangs up in the middle of a sentence', () => {
    const said = converse(scenario('hang-up'), ['Hello, how can I help?', 'Let me see what there is for tomorrow']);
    expect(said).toEqual(["I'd like to book a Botox appointment for tomorrow at 2 PM.", '[hangs up]']);
  });

  it('changes their mind once, and books the other day', () => {
    const said = converse(scenario('indecisive'), [
      'Hello!',
      'Tomorrow at 2 PM is available. Shall I book it?',
      'The day after tomorrow at 9 AM is available. Shall I book it?',
    ]);
    expect(said.slice(1)).toEqual([
      'Actually, could we do the day after tomorrow in the morning instead?',
      'Yes, please.',
    ]);
  });

  it('proposes a time to the provider they asked for', () => {
    const said = converse(scenario('named-provider'), [
      'Hello!',
      'Priya has Tuesday at 10 AM or Wednesday at 3 PM. Which would you prefer?',
      'Wednesday at 4 PM with Priya is available. Would you like it?',
    ]);
    expect(said).toEqual([
      "I'd like to see Priya for a consultation next week.",
      'How about Wednesday at 4 PM?',
      'Yes, please.',
    ]);
  });

  it('cancels what was found, and nothing before', () => {
    const said = converse(scenario('cancel'), [
      'Hello!',
      'I found your appointment: Botox tomorrow at 2 PM with Priya Sharma. Shall I cancel it for you?',
      'Your appointment for Botox tomorrow at 2 PM with Priya Sharma is cancelled. Is there anything else I can help you with?',
    ]);
    expect(said).toEqual(['I need to cancel my Botox appointment.', 'Yes, please.', "No, that's all, thank you."]);
  });

  it('takes nothing when the day is fully booked', () => {
    const said = converse(
      scenario('fully-booked'),
      ['Hello!', "I'm sorry, we're fully booked tomorrow. I have Friday at 9 AM. Would you like that?", 'Goodbye!'],
      8_000,
    );
    expect(said).toEqual([
      'I need a Hydrafacial tomorrow at 3 PM.',
      "No, thank you. I'll call back another time. Goodbye.",
      '[hangs up]',
    ]);
  });

  it.each([
    ['person', 'I would like to speak to a person, please.'],
    ['zero', '[0]'],
    ['emergency', 'Since my filler this morning I have trouble breathing.'],
  ])(
    'who needs a person (%s) tells them what it is about, and leaves a message where there is none',
    (name, opening) => {
      const toStaff = converse(scenario(name), ['Hello!', 'One moment, please. Front desk speaking.'], 8_000);
      expect(toStaff).toEqual([opening, expect.stringMatching(/bill|breathing/)]);
      const toNobody = converse(scenario(name), [
        'Hello!',
        'Nobody is here. Would you like to leave a message?',
        'What would you like me to pass on?',
        'Your message is with our team. Is there anything else?',
      ]);
      expect([toNobody[1], toNobody.at(-1)]).toEqual(['Yes, please.', "No, that's all, thank you."]);
      expect(toNobody[2]).toMatch(/^Please call me back\. /);
    },
  );

  it.each(['hours', 'price'])('asks for %s, thanks and says goodbye', (name) => {
    const answer = name === 'hours' ? 'We are open nine to six.' : 'Botox is $350.';
    const said = converse(scenario(name), ['Hello!', answer, 'You are welcome, bye!']);
    expect(said).toHaveLength(3);
    expect(said[1]).toMatch(/Goodbye/);
    expect(said[2]).toBe('[hangs up]');
  });

  it('thinks again in the same breath, and takes what they said last', () => {
    const said = converse(scenario('moved-on'), ['Hello!', 'What day and time would you like?']);
    expect(said).toEqual([
      "I'd like to book a Botox appointment for tomorrow at 2 PM, no wait, make that the day after tomorrow at 10 AM.",
      'The day after tomorrow at 10 AM, please.',
    ]);
  });

  it('wants both of two questions answered', () => {
    const open = 'We are open from 9 AM to 6 PM.';
    const both = ['Great, that is all I wanted to know. Goodbye.', '[hangs up]'];
    expect(converse(scenario('two-questions'), ['Hello!', `${open} Botox is $350.`, 'Bye!']).slice(1)).toEqual(both);
    const later = converse(scenario('two-questions'), ['Hello!', open, 'Botox is $350.', 'Bye!']).slice(1);
    expect(later).toEqual(['And how much is Botox?', ...both]);
  });

  it('sees that the number is wrong, and says sorry', () => {
    const said = converse(scenario('wrong-number'), ['Hello!', 'I can help you with an appointment.', 'Goodbye!']);
    expect(said.slice(1)).toEqual(["Oh, then I have the wrong number, I'm sorry. Goodbye.", '[hangs up]']);
  });

  it('insults twice, and is gone', () => {
    const said = converse(scenario('abuse'), ['Hello!', 'I can help you with that.', 'I am sorry to hear that.']);
    expect(said).toEqual([
      'You are a useless, stupid machine.',
      'Shut up, you idiot, you are all worthless.',
      '[hangs up]',
    ]);
  });

  it('tells a long story before the question', () => {
    const [story = '', thanks] = converse(scenario('monologue'), ['Hello!', 'Botox is $350.']);
    expect(story.split(' ').length).toBeGreaterThan(100);
    expect(story).toMatch(/how much is Botox\?$/);
    expect(thanks).toMatch(/Goodbye/);
  });

  it('says nothing when silent', () => {
    expect(converse(scenario('silent'), ['Hello!', 'Are you there?'], 30_000)).toEqual([]);
  });

  it('looks at the question, not at what came before it', () => {
    expect(focusOf('I have your email. Is there anything else?')).toBe('Is there anything else?');
    expect(focusOf('Would 2 p.m. with Dr. Ruiz work?')).toBe('Would 2 p.m. with Dr. Ruiz work?');
    expect(focusOf('Goodbye.')).toBe('Goodbye.');
  });

  it('has a name and a description in every story', () => {
    for (const name of scenarioNames()) expect(scenario(name).name).toBe(name);
    expect(scenarioSummaries().every(({ description }) => description.length > 0)).toBe(true);
    expect(() => scenario('nonsense')).toThrow(/there are book/);
  });
});
