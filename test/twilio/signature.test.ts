import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSignedByTwilio } from '../../src/twilio/signature.ts';
import { signature } from '../http/edge.ts';

describe('Twilio’s signature', () => {
  it('is recognised in the example of Twilio’s documentation', () => {
    const fields = {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675310',
      Digits: '1234',
      From: '+14158675310',
      To: '+18005551212',
    };
    const url = 'https://example.com/myapp.php?foo=1&bar=2';
    expect(isSignedByTwilio('12345', 'L/OH5YylLD5NRKLltdqwSvS0BnU=', url, fields)).toBe(true);
    expect(isSignedByTwilio('12345', 'L/OH5YylLD5NRKLltdqwSvS0BnU=', url, { ...fields, Digits: '1235' })).toBe(false);
    expect(isSignedByTwilio('12346', 'L/OH5YylLD5NRKLltdqwSvS0BnU=', url, fields)).toBe(false);
  });

  it('is never an empty one', () => {
    expect(isSignedByTwilio('token', '', 'https://a.example/')).toBe(false);
  });

  it.each([
    ['wss://a.example/media', 'wss://a.example/media'],
    ['wss://a.example/media', 'wss://a.example:443/media'],
    ['wss://a.example:443/media', 'wss://a.example/media'],
    ['ws://a.example/media', 'ws://a.example:80/media'],
    ['ws://localhost:8000/media', 'ws://localhost:8000/media'],
    ['https://[::1]/voice', 'https://[::1]:443/voice'],
    ['HTTPS://a.example/voice', 'https://a.example/voice'],
  ])('for %s may be made over %s', (url, signedUrl) => {
    expect(isSignedByTwilio('token', signature(signedUrl, {}, 'token'), url)).toBe(true);
  });

  it('covers every field of any form, and nothing else passes for it', () => {
    const fields = fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { noNullPrototype: false });
    fc.assert(
      fc.property(fields, fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (form, name, value) => {
        fc.pre(form[name] === undefined);
        const url = 'https://a.example/twilio/voice?q=1';
        const signed = signature(url, form, 'token');
        expect(isSignedByTwilio('token', signed, url, form)).toBe(true);
        expect(isSignedByTwilio('token', signed, url, { ...form, [name]: value })).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
