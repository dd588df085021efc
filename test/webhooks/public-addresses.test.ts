import { expect, it } from 'vitest';
import { isPublicAddress } from '../../src/webhooks/public-addresses.ts';
import { readTarget } from '../../src/webhooks/targets.ts';

it.each(['8.8.8.8', '172.15.255.255', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::8'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

it.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.2.1',
  '192.168.1.1',
  '198.19.0.1',
  '203.0.113.9',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'radiance.test',
  '',
])('%s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

it.each([
  ['https://hooks.radiance.test/ava?x=1', null],
  ['https://8.8.8.8:8443/', null],
  ['http://hooks.radiance.test/', 'does not begin with https://'],
  ['ftp://hooks.radiance.test/', 'does not begin with https://'],
  ['hooks.radiance.test', 'is no address'],
  [`https://hooks.radiance.test/${'a'.repeat(2_000)}`, 'is no address'],
  ['https://me:secret@hooks.radiance.test/', 'holds a name or a password'],
  ['https://hooks.radiance.test/#part', 'has a # in it, which would not be sent'],
  ['https://127.0.0.1/', 'is not public'],
  ['https://0x7f.1/', 'is not public'],
  ['https://2130706433/', 'is not public'],
  ['https://[::1]/', 'is not public'],
  ['https://[::ffff:10.0.0.1]/', 'is not public'],
])('%s as a target: %s', (text, problem) => {
  const target = readTarget(text, 'public');
  expect('problem' in target ? target.problem : null).toBe(problem);
});
