import { describe, expect, it } from 'vitest';
import { readOpsArguments } from '../../../src/bin/ops/arguments.ts';

describe('npm run ops -- api-token', () => {
  it('is asked for a clinic, and for a number of days or a year', () => {
    expect(readOpsArguments(['api-token', '+15550100001'])).toEqual({
      command: 'api-token',
      clinic: '+15550100001',
      days: 365,
    });
    expect(readOpsArguments(['api-token', '--days', '30', 'an-id'])).toEqual({
      command: 'api-token',
      clinic: 'an-id',
      days: 30,
    });
    expect(readOpsArguments(['api-token', 'an-id', '--days=3650'])).toEqual({
      command: 'api-token',
      clinic: 'an-id',
      days: 3_650,
    });
  });

  it.each([
    [[]],
    [['api-token']],
    [['api-tokens', 'an-id']],
    [['api-token', 'an-id', 'now']],
    [['api-token', 'an-id', '--forever']],
    [['api-token', 'an-id', '--days']],
    [['api-token', 'an-id', '--days', '0']],
    [['api-token', 'an-id', '--days', '-1']],
    [['api-token', 'an-id', '--days', '1.5']],
    [['api-token', 'an-id', '--days', '3651']],
    [['api-token', 'an-id', '--days', 'soon']],
    [['api-token', 'an-id', '--days', '']],
  ])('is not asked for by %j', (args) => {
    expect(readOpsArguments(args)).toBeNull();
  });
});

const order = (...words: string[]) => readOpsArguments(['clinic', ...words]);

describe('npm run ops -- clinic', () => {
  it('is asked for a file, a clinic, or both', () => {
    expect(order('create', 'a.yaml')).toEqual({ command: 'clinic', action: 'create', file: 'a.yaml' });
    expect(order('show', '+15550100001')).toEqual({ command: 'clinic', action: 'show', clinic: '+15550100001' });
    expect(order('update', 'a.yaml')).toEqual({ command: 'clinic', action: 'update', file: 'a.yaml', clinic: null });
    expect(order('update', 'a.yaml', 'an-id')).toMatchObject({ action: 'update', file: 'a.yaml', clinic: 'an-id' });
    expect(order('import', 'clinics')).toEqual({ command: 'clinic', action: 'import', path: 'clinics' });
  });

  it.each([
    [['clinic']],
    [['clinic', 'create']],
    [['clinic', 'create', 'a.yaml', 'b.yaml']],
    [['clinic', 'show', 'an-id', 'another']],
    [['clinic', 'update', 'a.yaml', 'an-id', 'more']],
    [['clinic', 'remove', 'an-id']],
    [['clinic', 'show', 'an-id', '--days', '3']],
  ])('is not asked for by %j', (args) => {
    expect(readOpsArguments(args)).toBeNull();
  });
});

describe('npm run ops -- calendar', () => {
  it('connects a clinic with a file, and disconnects it; keys are rotated for all', () => {
    const clinic = '+15550100001';
    expect(readOpsArguments(['calendar', 'connect', clinic, 'a.json'])).toEqual({
      command: 'calendar',
      action: 'connect',
      clinic,
      file: 'a.json',
    });
    expect(readOpsArguments(['calendar', 'disconnect', clinic])).toMatchObject({ action: 'disconnect', clinic });
    expect(readOpsArguments(['rotate-keys'])).toEqual({ command: 'rotate-keys' });
  });

  it.each([
    [['calendar']],
    [['calendar', 'connect', 'an-id']],
    [['calendar', 'disconnect', 'an-id', 'a.json']],
    [['calendar', 'show', 'an-id']],
    [['rotate-keys', 'now']],
    [['rotate-keys', '--days', '3']],
  ])('is not asked for by %j', (args) => {
    expect(readOpsArguments(args)).toBeNull();
  });
});

describe('npm run ops -- dead, requeue', () => {
  it('are asked for one clinic or for all', () => {
    expect(readOpsArguments(['dead'])).toEqual({ command: 'dead', clinic: null });
    expect(readOpsArguments(['requeue', '+15550100001'])).toEqual({ command: 'requeue', clinic: '+15550100001' });
  });

  it.each([[['requeue', 'an-id', 'another']], [['dead', '--days', '3']]])('are not asked for by %j', (args) => {
    expect(readOpsArguments(args)).toBeNull();
  });
});

describe('npm run ops -- replay', () => {
  it('is asked for one call', () => {
    expect(readOpsArguments(['replay', 'CA1'])).toEqual({ command: 'replay', call: 'CA1' });
    expect([['replay'], ['replay', 'CA1', 'CA2'], ['replay', 'CA1', '--failed']].map(readOpsArguments)).toEqual([
      null,
      null,
      null,
    ]);
  });
});

const rescoring = (...words: string[]) => readOpsArguments(['rescore', ...words]);

describe('npm run ops -- rescore', () => {
  it('is asked for everything, or for a clinic, a time, failures', () => {
    expect(rescoring()).toEqual({ command: 'rescore', clinic: null, since: null, failedOnly: false });
    expect(rescoring('--clinic', '+15550100001', '--since', '2026-11-01', '--failed')).toEqual({
      command: 'rescore',
      clinic: '+15550100001',
      since: new Date('2026-11-01T00:00:00Z'),
      failedOnly: true,
    });
    expect(rescoring('--since=2026-11-01T09:30:00-05:00')).toMatchObject({ since: new Date('2026-11-01T14:30:00Z') });
  });

  it.each([
    [['+15550100001']],
    [['--since', 'yesterday']],
    [['--since', '11/01/2026']],
    [['--since', '2026-13-01']],
    [['--since', '']],
    [['--failed', '--days', '3']],
  ])('is not asked for by %j', (args) => {
    expect(rescoring(...args)).toBeNull();
  });

  it('lends none of its options to others', () => {
    expect(readOpsArguments(['api-token', 'an-id', '--failed'])).toBeNull();
    expect(order('show', 'an-id', '--since', '2026-11-01')).toBeNull();
  });
});

const webhooks = (...words: string[]) => readOpsArguments(['webhooks', ...words]);

describe('npm run ops -- webhooks', () => {
  it('is asked for a clinic and what to do there', () => {
    const command = 'webhooks';
    const [clinic, url] = ['+15550100001', 'https://x.test'];
    expect(webhooks('add', clinic, url)).toEqual({ command, action: 'add', clinic, url, events: null });
    expect(webhooks('add', clinic, url, '--events', 'a,b')).toMatchObject({ events: ['a', 'b'] });
    expect(webhooks('list', clinic)).toEqual({ command, action: 'list', clinic });
    expect(webhooks('remove', clinic, 'an-id')).toEqual({ command, action: 'remove', clinic, endpoint: 'an-id' });
    expect(webhooks('deliveries', clinic)).toEqual({ command, action: 'deliveries', clinic, deadOnly: false });
    expect(webhooks('deliveries', clinic, '--dead')).toMatchObject({ deadOnly: true });
    expect(webhooks('redeliver', clinic)).toEqual({ command, action: 'redeliver', clinic, delivery: null });
    expect(webhooks('redeliver', clinic, 'an-id')).toMatchObject({ delivery: 'an-id' });
  });

  it.each([
    [[]],
    [['list']],
    [['add', 'c']],
    [['add', 'c', 'u', 'more']],
    [['remove', 'c']],
    [['list', 'c', 'more']],
    [['list', 'c', '--dead']],
    [['redeliver', 'c', '--events', 'a']],
    [['resend', 'c']],
  ])('is not asked for by %j', (words) => {
    expect(webhooks(...words)).toBeNull();
  });
});

describe('npm run ops -- thread', () => {
  it('is asked to take a thread, or to give it back', () => {
    const thread = { command: 'thread', clinic: 'an-id', phone: '+15550100142' };
    expect(readOpsArguments(['thread', 'take', 'an-id', '+15550100142'])).toEqual({ ...thread, action: 'take' });
    expect(readOpsArguments(['thread', 'release', 'an-id', '+15550100142'])).toEqual({ ...thread, action: 'release' });
  });

  it.each([
    [['thread']],
    [['thread', 'take', 'an-id']],
    [['thread', 'steal', 'an-id', '+15550100142']],
    [['thread', 'take', 'an-id', '+15550100142', 'now']],
    [['thread', 'take', 'an-id', '+15550100142', '--days', '2']],
  ])('is not asked for by %j', (args) => {
    expect(readOpsArguments(args)).toBeNull();
  });
});
