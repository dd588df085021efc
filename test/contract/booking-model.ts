/**
 * The book of appointments as a child would keep it: a sheet of paper for each resource, a square for every five minutes,
 * and in each square whose it is. Slow and plain, to hold the real ones against.
 */
import type { BookingRequest, BookingResult, HoldRequest, RescheduleRequest } from '../../src/domain/ports.ts';
import type { Block, Busy } from '../../src/domain/slots.ts';

export const SQUARE_MS = 5 * 60_000;

type Owner = { readonly appointmentId: string } | { readonly conversationId: string; readonly expiresAt: number };

export class PaperBook {
  /** By resource and square. */
  private readonly squares = new Map<string, Owner>();
  private readonly keys = new Map<string, string>();

  /** What everybody but this conversation finds taken, one entry a square. */
  taken(conversationId: string, now: number, movingId?: string): string[] {
    return [...this.squares]
      .filter(([, owner]) => !this.isFreeFor(owner, conversationId, now, movingId))
      .map(([square]) => square)
      .toSorted();
  }

  hold(request: HoldRequest): 'held' | 'taken' {
    const { conversationId, expiresAt } = request;
    const places = this.place(request.blocks, conversationId, request.now, request.movingId ?? undefined);
    if (!places) return 'taken';
    this.release(conversationId);
    this.sweep(request.now);
    for (const square of places) if (!this.squares.has(square)) this.squares.set(square, { conversationId, expiresAt });
    return 'held';
  }

  release(conversationId: string): void {
    this.erase((owner) => 'conversationId' in owner && owner.conversationId === conversationId);
  }

  /** `id`: what the real book called it. */
  book(request: BookingRequest, id: string): BookingResult['kind'] | 'replayed' {
    if ([...this.keys.values()].includes(request.key)) return 'replayed';
    const places = this.place(request.blocks, request.conversationId, request.now);
    if (!places) return 'taken';
    this.write(places, request, id);
    return 'booked';
  }

  /** `isThere`: it stands at that time already. */
  reschedule(request: RescheduleRequest, isThere: boolean): 'rescheduled' | 'taken' | 'not_active' {
    const { appointmentId, conversationId, now } = request;
    if (!this.keys.has(appointmentId)) return 'not_active';
    if (isThere) return 'rescheduled';
    const places = this.place(request.blocks, conversationId, now, appointmentId);
    if (!places) return 'taken';
    this.erase((owner) => 'appointmentId' in owner && owner.appointmentId === appointmentId);
    this.write(places, request, appointmentId);
    return 'rescheduled';
  }

  cancel(appointmentId: string): void {
    this.keys.delete(appointmentId);
    this.erase((owner) => 'appointmentId' in owner && owner.appointmentId === appointmentId);
  }

  private write(places: readonly string[], request: BookingRequest | RescheduleRequest, appointmentId: string): void {
    this.release(request.conversationId);
    this.sweep(request.now);
    this.keys.set(appointmentId, request.key);
    for (const square of places) this.squares.set(square, { appointmentId });
  }

  private place(blocks: readonly Block[], conversationId: string, now: number, movingId?: string) {
    const taken = new Set(this.taken(conversationId, now, movingId));
    const found = blocks.flatMap(({ anyOf, startsAt, endsAt }) => {
      const places = anyOf.map((resourceId) => squaresOf({ resourceId, startsAt, endsAt }));
      return places.find((squares) => !squares.some((square) => taken.has(square))) ?? [];
    });
    const wanted = blocks.reduce((sum, { startsAt, endsAt }) => sum + (endsAt - startsAt) / SQUARE_MS, 0);
    return found.length === wanted ? found : undefined;
  }

  private isFreeFor(owner: Owner, conversationId: string, now: number, movingId?: string): boolean {
    if ('appointmentId' in owner) return owner.appointmentId === movingId;
    return owner.conversationId === conversationId || owner.expiresAt <= now;
  }

  private sweep(now: number): void {
    this.erase((owner) => 'expiresAt' in owner && owner.expiresAt <= now);
  }

  private erase(isGone: (owner: Owner) => boolean): void {
    for (const [square, owner] of this.squares) if (isGone(owner)) this.squares.delete(square);
  }
}

export function squaresOf({ resourceId, startsAt, endsAt }: Busy): string[] {
  const count = (endsAt - startsAt) / SQUARE_MS;
  return Array.from({ length: count }, (_, n) => `${resourceId} ${startsAt + n * SQUARE_MS}`);
}
