/** Where a node spends the tickets that open its doors: in Redis, and in memory while that is away. */
import type { Clock } from '../../actors/kernel/clock.ts';
import type { RedisConnection } from '../../db/redis.ts';
import { redisTicketLedger } from '../../db/ticket-ledger.ts';
import { memoryTicketLedger, resilientTicketLedger, type TicketLedger } from '../twilio/ticket-ledger.ts';

/** One for each door: a ledger forgets in the order of spending, which is that of expiry only where all live as long. */
export function ticketLedger(redis: RedisConnection, clock: Clock): TicketLedger {
  return resilientTicketLedger(
    redisTicketLedger(redis.client),
    memoryTicketLedger(() => clock.now()),
  );
}
