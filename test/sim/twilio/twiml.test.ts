import { describe, expect, it } from 'vitest';
import { numberAttribute, parseMessagingTwiml, parseVoiceTwiml } from './twiml.ts';
import { parseXml } from './xml.ts';

describe('XML', () => {
  it('is read with attributes, entities, comments and CDATA', () => {
    const root = parseXml(
      `\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<!-- hi --><a one='1 &lt; 2' two="&#x41;&amp;"> x <b/> <![CDATA[<raw>]]> &#66; <!-- no --></a>\n`,
    );
    expect(root).toMatchObject({ name: 'a', attributes: { one: '1 < 2', two: 'A&' }, text: 'x <raw> B' });
    expect(root.children).toEqual([{ name: 'b', attributes: {}, children: [], text: '' }]);
  });

  it.each(['', '<a>', '<a></b>', '<a/><b/>', '<a x=1/>', '<a>&nope;</a>', '<a x="1" x="2"/>', 'text', '<a>a & b</a>'])(
    'is refused when not well formed: %s',
    (source) => expect(() => parseXml(source)).toThrow('X' === source ? '' : Error),
  );
});

describe('TwiML', () => {
  it('gives its verbs in order', () => {
    const verbs = parseVoiceTwiml(
      '<Response><Say voice="a">Hi &amp; bye</Say><Dial><Number>+1</Number></Dial></Response>',
    );
    expect(verbs.map(({ name, text }) => [name, text])).toEqual([
      ['Say', 'Hi & bye'],
      ['Dial', ''],
    ]);
    expect(verbs[1]?.children[0]).toMatchObject({ name: 'Number', text: '+1' });
  });

  it('is refused with 12100 where a verb is unknown or the document broken', () => {
    for (const source of ['<Response><Dance/></Response>', '<Response>', '', '<Reply/>']) {
      expect(() => parseVoiceTwiml(source)).toThrow(/^12100/);
    }
  });

  it('has numbers that are numbers', () => {
    const [verb] = parseVoiceTwiml('<Response><Pause length="3" loop="x"/></Response>');
    expect(verb && numberAttribute(verb, 'length', 1)).toBe(3);
    expect(verb && numberAttribute(verb, 'other', 7)).toBe(7);
    expect(() => verb && numberAttribute(verb, 'loop', 1)).toThrow(/^12200/);
  });

  it('of a text message may be empty', () => {
    expect(parseMessagingTwiml('')).toEqual([]);
    expect(parseMessagingTwiml('<Response/>')).toEqual([]);
    expect(parseMessagingTwiml('<Response><Message>a</Message><Message><Body>b</Body></Message></Response>')).toEqual([
      'a',
      'b',
    ]);
  });
});
