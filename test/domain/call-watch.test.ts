import { describe, expect, it } from 'vitest';
import { askingsDue, verdictOn } from '../../src/domain/call-watch.ts';

describe('a call whose line is gone', () => {
  it('is asked about ten and thirty seconds later where the line broke', () => {
    const due = [0, 9_999, 10_000, 29_999, 30_000, 119_000].map((ms) => askingsDue('broke', ms));
    expect(due).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('is asked about a second later, too, where the network ended the stream', () => {
    expect([0, 999, 1_000, 9_999, 10_000, 30_000].map((ms) => askingsDue('stopped', ms))).toEqual([0, 0, 1, 1, 2, 3]);
  });
});

describe('what is done about a call that nobody looks after', () => {
  it('is to end it where its caller is gone, whatever became of it', () => {
    for (const cause of ['owner_silent', 'stopped', 'broke'] as const) {
      expect(verdictOn({ cause, sinceMs: 1_000 }, 'over')).toBe('end');
    }
  });

  it('is to give it another line where its caller is still there, and the network had its time to ask for one', () => {
    expect(verdictOn({ cause: 'owner_silent', sinceMs: 5_000 }, 'live')).toBe('recall');
    expect(verdictOn({ cause: 'broke', sinceMs: 10_000 }, 'live')).toBe('recall');
    expect(verdictOn({ cause: 'stopped', sinceMs: 1_000 }, 'live')).toBe('leave');
    expect(verdictOn({ cause: 'stopped', sinceMs: 10_000 }, 'live')).toBe('recall');
  });

  it('is nothing where nobody knows, unless the network itself ended the stream', () => {
    expect(verdictOn({ cause: 'owner_silent', sinceMs: 5_000 }, 'unknown')).toBe('leave');
    expect(verdictOn({ cause: 'broke', sinceMs: 30_000 }, 'unknown')).toBe('leave');
    expect(verdictOn({ cause: 'stopped', sinceMs: 1_000 }, 'unknown')).toBe('end');
  });
});
