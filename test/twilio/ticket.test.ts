import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { issueTicket, TICKET_LENGTH_LIMIT, verifyTicket } from '../../src/twilio/ticket.ts';
import { memoryTicketLedger, resilientTicketLedger, type TicketLedger } from '../../src/twilio/ticket-ledger.ts';

const NOW = 1_800_000_000_000;
const CLAIMS = {
  brokeAt: null,
  callSid: 'CA1',
  clinicId: '0b6ee5b2-4d3f-4b44-9a55-0f6f5ad0c1de',
  from: '+15550100142',
  to: '+15550100001',
};

describe('a stream ticket', () => {
  it('gives back what it was issued for, until its minute is over', () => {
    const ticket = issueTicket('secret', CLAIMS, NOW);
    expect(verifyTicket('secret', ticket, NOW + 59_999)).toMatchObject({ kind: 'good', claims: CLAIMS });
    expect(verifyTicket('secret', ticket, NOW + 60_000)).toEqual({ kind: 'expired' });
  });

  it('holds for callers without a number, and fits into a parameter of Twilio’s', () => {
    const ticket = issueTicket('secret', { ...CLAIMS, callSid: `CA${'f'.repeat(32)}`, from: null }, NOW);
    expect(verifyTicket('secret', ticket, NOW)).toMatchObject({ claims: { from: null } });
    expect(ticket.length).toBeLessThan(TICKET_LENGTH_LIMIT / 2 + 100);
    expect(() => issueTicket('secret', { ...CLAIMS, to: 'x'.repeat(400) }, NOW)).toThrow('cannot be sent');
  });

  it('is another one each time, so that each is spent by itself', () => {
    const nonces = Array.from({ length: 100 }, () => {
      const verdict = verifyTicket('secret', issueTicket('secret', CLAIMS, NOW), NOW);
      return verdict.kind === 'good' ? verdict.nonce : '';
    });
    expect(new Set(nonces).size).toBe(100);
  });

  it('is bad under another secret, and with any of its characters changed', () => {
    const ticket = issueTicket('secret', CLAIMS, NOW);
    expect(verifyTicket('another', ticket, NOW)).toEqual({ kind: 'bad' });
    const change = fc.tuple(fc.nat(ticket.length - 1), fc.constantFrom(...'ABCabc019-_.~"'.split('')));
    fc.assert(
      fc.property(change, ([at, character]) => {
        const changed = ticket.slice(0, at) + character + ticket.slice(at + 1);
        // The last character of base64 carries bits that do not count.
        if (changed === ticket || at === ticket.length - 1) return;
        expect(verifyTicket('secret', changed, NOW)).toEqual({ kind: 'bad' });
      }),
      { numRuns: 500 },
    );
  });

  it('is bad where it is any other text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 700 }), (text) => {
        expect(verifyTicket('secret', text, NOW)).toEqual({ kind: 'bad' });
      }),
    );
  });
});

describe('the ledger in memory', () => {
  it('lets each nonce through once, until it is forgotten', async () => {
    let now = 0;
    const ledger = memoryTicketLedger(() => now);
    expect(await ledger.spend('a', 60)).toBe(true);
    expect(await ledger.spend('a', 60)).toBe(false);
    expect(await ledger.spend('b', 60)).toBe(true);
    now = 60_000;
    expect(await ledger.spend('a', 60)).toBe(true);
  });

  it('lets one of many racers through', async () => {
    const ledger = memoryTicketLedger(() => 0);
    const results = await Promise.all(Array.from({ length: 100 }, () => ledger.spend('a', 60)));
    expect(results.filter(Boolean)).toHaveLength(1);
  });

  it('forgets what is over and never grows beyond its limit', async () => {
    let now = 0;
    const ledger = memoryTicketLedger(() => now, 100);
    for (let n = 0; n < 1_000; n++) await ledger.spend(`n${n}`, 60);
    expect(ledger.size).toBe(100);
    now = 61_000;
    await ledger.spend('later', 60);
    expect(ledger.size).toBe(1);
  });
});

describe('the resilient ledger', () => {
  const away: TicketLedger = { spend: () => Promise.reject(new Error('connection refused')) };

  it('holds across nodes while the shared ledger answers', async () => {
    const shared = memoryTicketLedger(() => 0);
    const one = resilientTicketLedger(
      shared,
      memoryTicketLedger(() => 0),
    );
    const two = resilientTicketLedger(
      shared,
      memoryTicketLedger(() => 0),
    );
    expect(await one.spend('a', 60)).toBe(true);
    expect(await two.spend('a', 60)).toBe(false);
  });

  it('holds within the node while the shared ledger is away', async () => {
    const ledger = resilientTicketLedger(
      away,
      memoryTicketLedger(() => 0),
    );
    expect(await ledger.spend('a', 60)).toBe(true);
    expect(await ledger.spend('a', 60)).toBe(false);
  });
});
