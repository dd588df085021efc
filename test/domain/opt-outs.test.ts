import { describe, expect, it } from 'vitest';
import { type OptKeyword, optKeyword } from '../../src/domain/opt-outs.ts';

const of = (body: string): OptKeyword | null => optKeyword(body, false);

describe('texts are turned off', () => {
  it.each(['STOP', ' stop ', 'Stopall', 'unsubscribe', 'END', 'quit', 'OPTOUT', 'Revoke'])(
    'by %j, as the carrier does',
    (body) => {
      expect(of(body)).toBe('stop');
    },
  );

  it.each([
    'Stop.',
    '"STOP"',
    'stop!!',
    'STOP 🛑',
    'Please stop',
    'stop please',
    'Opt out',
    'stop all',
    'STOP texting me!',
  ])('by %j, of which the carrier takes no notice', (body) => {
    expect(of(body)).toBe('stop');
  });

  it('by a bare CANCEL, of which staff are to ask', () => {
    expect(of('Cancel')).toBe('cancel');
  });
});

describe('texts stay on', () => {
  it.each([
    'Please cancel',
    'Cancel.',
    'Can I stop by at 3?',
    'the end',
    'Does it stop hurting?',
    'Stop, I meant Friday',
    'quit smoking',
    '',
  ])('after %j', (body) => {
    expect(of(body)).toBeNull();
  });
});

it('a yes turns on what was off, and is a yes else; the other words always do', () => {
  expect([optKeyword('Yes', true), of('Yes'), of('start'), of('UNSTOP'), of('help')]).toEqual([
    'start',
    null,
    'start',
    'start',
    'help',
  ]);
});
