import { describe, expect, it } from 'vitest';
import { Addresses } from './addresses.ts';
import { forgedSignature, twilioSignature } from './signature.ts';

describe("Twilio's signature", () => {
  /** The example of Twilio's documentation and of its SDKs' tests. */
  it('is that of the documentation', () => {
    const params = {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675309',
      Digits: '1234',
      From: '+14158675309',
      To: '+18005551212',
    };
    const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
    expect(twilioSignature('12345', url, params)).toBe('RSOYDt4T1cUTdK1PDd93/VVr8B8=');
  });

  it('does not depend on the order of the parameters, but on their case and values', () => {
    const url = 'https://clinic.example/voice';
    const signature = twilioSignature('token', url, { b: '2', a: '1' });
    expect(twilioSignature('token', url, { a: '1', b: '2' })).toBe(signature);
    expect(twilioSignature('token', url, { A: '1', b: '2' })).not.toBe(signature);
    expect(twilioSignature('token', url, { a: '1', b: '3' })).not.toBe(signature);
    expect(forgedSignature(url)).not.toBe(twilioSignature('token', url));
  });

  it('is made over the public URL, while requests go to the reachable one', () => {
    const addresses = new Addresses('https://ava.example', 'http://127.0.0.1:8000/twilio/voice');
    expect(addresses.toSign('http://127.0.0.1:8000/twilio/voice?a=%20#rc=2')).toBe(
      'https://ava.example/twilio/voice?a=%20',
    );
    expect(addresses.toReach('https://ava.example/twilio/next')).toBe('http://127.0.0.1:8000/twilio/next');
    expect(addresses.toReach('wss://ava.example/twilio/media')).toBe('ws://127.0.0.1:8000/twilio/media');
    expect(addresses.toSign('ws://127.0.0.1:8000/twilio/media')).toBe('wss://ava.example/twilio/media');
    expect(addresses.toReach('https://elsewhere.example/x')).toBe('https://elsewhere.example/x');
    expect(new Addresses(undefined, undefined).toSign('http://a.example/b')).toBe('http://a.example/b');
  });
});
