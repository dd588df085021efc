import { describe, expect, it } from 'vitest';
import { Secret } from '../../ops/config.ts';
import { keyring, UnknownKey } from '../../ops/encryption.ts';

const [old, newer] = [new Secret('an old key of many characters'), new Secret('a newer key of many characters')];

describe('a keyring', () => {
  const ring = keyring([newer, old]);

  it('opens what it sealed, and seals the same text differently each time', () => {
    const [first, second] = [ring.seal('the secret ü', 'here'), ring.seal('the secret ü', 'here')];
    expect(ring.open(first, 'here')).toBe('the secret ü');
    expect(first.bytes.equals(second.bytes)).toBe(false);
    expect(first.bytes.toString('latin1')).not.toContain('secret');
  });

  it('opens what an older key sealed, and seals with the newest', () => {
    const sealed = keyring([old]).seal('text', 'here');
    expect(ring.open(sealed, 'here')).toBe('text');
    expect(sealed.keyId).not.toBe(ring.keyId);
    expect(ring.seal('text', 'here').keyId).toBe(ring.keyId);
  });

  it('says which key is missing, and nothing of any', () => {
    const sealed = ring.seal('text', 'here');
    const open = (): string => keyring([old]).open(sealed, 'here');
    expect(open).toThrow(UnknownKey);
    expect(open).toThrow(sealed.keyId);
    expect(open).not.toThrow(/newer key|old key/);
  });

  it('opens nothing that was changed, cut, or sealed for another place', () => {
    const { keyId, bytes } = ring.seal('text', 'here');
    expect(() => ring.open({ keyId, bytes }, 'there')).toThrow(/authenticate/);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(() => ring.open({ keyId, bytes: changed }, 'here')).toThrow(/authenticate/);
      expect(() => ring.open({ keyId, bytes: bytes.subarray(0, at) }, 'here')).toThrow(/./);
    }
  });
});
