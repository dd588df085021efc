import { describe, expect, it } from 'vitest';
import { readOpsArguments } from '../../src/bin/ops-arguments.ts';

describe('npm run ops -- api-token', () => {
  it('is asked for a clinic, and for a number of days or a year', () => {
    expect(readOpsArguments(['api-token', '+15550100001'])).toEqual({ clinic: '+15550100001', days: 365 });
    expect(readOpsArguments(['api-token', '--days', '30', 'an-id'])).toEqual({ clinic: 'an-id', days: 30 });
    expect(readOpsArguments(['api-token', 'an-id', '--days=3650'])).toEqual({ clinic: 'an-id', days: 3_650 });
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
