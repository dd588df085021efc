/** Phone numbers and emails as callers say them. */
import { describe, expect, it } from 'vitest';
import { emailIn } from '../../src/domain/emails.ts';
import { phoneNumberIn, readablePhone, takesTexts } from '../../src/domain/phone-numbers.ts';

describe('a phone number in a caller’s words', () => {
  it.each([
    ['+1 555 010 0142', '+15550100142'],
    ['555-010-0142', '+15550100142'],
    ['(212) 555-0142', '+12125550142'],
    ['1 212 555 0142', '+12125550142'],
    ['tel. 2125550142', '+12125550142'],
    ['two one two, five five five, zero one four two', '+12125550142'],
    ['five five five oh one oh oh one four two', '+15550100142'],
    ['triple five, oh one double oh one four two', '+15550100142'],
    ['plus four four twenty', undefined],
    ['+44 20 7946 0958', '+442079460958'],
    ['+49 30 901820', '+4930901820'],
    ['my number is 212 555 0142, thanks', '+12125550142'],
    ['555 0142', undefined],
    ['911', undefined],
    ['12', undefined],
    ['+', undefined],
    ['', undefined],
    ['nobody', undefined],
    ['1-800-FLOWERS', undefined],
    ['212 555 0142 extension 5', undefined],
    ['99999999999999999999', undefined],
  ])('%s → %s', (words, number) => {
    expect(phoneNumberIn(words, '+15550100001')).toBe(number);
  });

  it('without a country code is a number of the clinic’s country', () => {
    expect(phoneNumberIn('030 901820', '+493012345678')).toBe('+4930901820');
    expect(phoneNumberIn('020 7946 0958', '+442079460000')).toBe('+442079460958');
  });
});

it.each([
  ['+447911123456', true],
  ['+12125550142', true],
  ['+15550100142', true],
  ['+442079460958', false],
  ['+18005551212', false],
])('%s takes texts: %s', (phone, takes) => {
  expect(takesTexts(phone)).toBe(takes);
});

describe('a phone number to be read out', () => {
  it.each([
    ['+12125550142', '+15550100001', '(212) 555-0142'],
    ['+15550100142', '+12125550001', '(555) 010-0142'],
    ['+442079460958', '+15550100001', '+44 20 7946 0958'],
    ['+442079460958', '+442079460000', '020 7946 0958'],
  ])('%s at the clinic of %s is %s', (phone, home, readable) => {
    expect(readablePhone(phone, home)).toBe(readable);
  });
});

describe('an email in a caller’s words', () => {
  it.each([
    ['Jordan.Lee@Example.com', 'jordan.lee@example.com'],
    ['<jordan@example.com>', 'jordan@example.com'],
    ['jordan@example.com.', 'jordan@example.com'],
    ['jordan@example.com, thanks', 'jordan@example.com'],
    ['jordan@example.com. My name is Jo', 'jordan@example.com'],
    ['you can reach me at jordan@example.com', 'jordan@example.com'],
    ['jordan @ example . com', 'jordan@example.com'],
    ['jordan dot lee at example dot com', 'jordan.lee@example.com'],
    ['my email is jordan at example dot com', 'jordan@example.com'],
    ['you can reach me at jordan dot lee at example dot com', 'jordan.lee@example.com'],
    ['jordan underscore lee at example dot co dot uk', 'jordan_lee@example.co.uk'],
    ['jordan dash lee at my hyphen clinic dot org', 'jordan-lee@my-clinic.org'],
    ['it’s jordan plus spa at gmail dot com', 'jordan+spa@gmail.com'],
    ['j o r d a n at example dot com', 'jordan@example.com'],
    ['J-O-R-D-A-N at example dot com', 'jordan@example.com'],
    ['jordan lee at example dot com', undefined],
    ['my email is jordan lee at example dot com', undefined],
    ['jordan@example', undefined],
    ['@example.com', undefined],
    ['jordan at example', undefined],
    ['meet me at noon', undefined],
    ['none', undefined],
    ['', undefined],
    ['jordan@@example.com', undefined],
  ])('%s → %s', (words, address) => {
    expect(emailIn(words)).toBe(address);
  });
});
