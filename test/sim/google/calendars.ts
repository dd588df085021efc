/**
 * The calendars and what is in them, as the service keeps it: ids stay taken after deletion, each change has an etag of
 * its own and a place in the calendar's history. Two events of one id are possible, since the service promises to
 * notice such a collision mostly, not always.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { calendar_v3 } from '@googleapis/calendar';
import type { Random } from '../twilio/random.ts';
import { requireTimes } from './event-body.ts';
import { deleted, duplicate, invalid, notFound, preconditionFailed } from './refusals.ts';
import { normalised } from './times.ts';

export type SimEvent = calendar_v3.Schema$Event;

export interface CalendarOptions {
  readonly id: string;
  /** IANA name. */
  readonly timeZone?: string;
  readonly summary?: string;
  /** Who may use it, by the accounts' email addresses; everybody where absent. */
  readonly sharedWith?: readonly string[];
}

/** One event as it stands, with its place in the calendar's history. */
export interface Entry {
  readonly event: SimEvent;
  /** Counts the calendar's changes, from 1. */
  readonly changedAt: number;
}

export interface CalendarHooks {
  /** Told of each change. */
  readonly onChange: (calendar: SimCalendar) => void;
  /** Which share of id collisions goes unnoticed. */
  readonly missesCollision: () => boolean;
}

export class SimCalendar {
  readonly id: string;
  readonly timeZone: string;
  readonly summary: string;
  readonly #sharedWith: readonly string[] | undefined;
  readonly #hooks: CalendarHooks;
  #entries: Entry[] = [];
  #changes = 0;

  constructor(options: CalendarOptions, hooks: CalendarHooks) {
    this.id = options.id;
    this.timeZone = options.timeZone ?? 'UTC';
    this.summary = options.summary ?? options.id;
    this.#sharedWith = options.sharedWith;
    this.#hooks = hooks;
  }

  /** Number of the latest change. */
  get changes(): number {
    return this.#changes;
  }

  /** Everything there ever was, in the order in which it came, deleted events included. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  isSharedWith(account: string): boolean {
    return this.#sharedWith === undefined || this.#sharedWith.includes(account);
  }

  get(id: string): SimEvent {
    return this.#find(id).event;
  }

  insert(body: SimEvent): SimEvent {
    requireTimes(body, this.timeZone);
    const id = body.id ?? randomUUID().replaceAll('-', '');
    const taken = this.#entries.some(({ event }) => event.id === id);
    if (taken && !this.#hooks.missesCollision()) throw duplicate();
    const now = new Date().toISOString();
    const event: SimEvent = { ...body, id, created: now, iCalUID: `${id}@google.com`, sequence: 0 };
    return this.#keep(event, undefined);
  }

  /** The whole event anew; what the body does not name is gone. Brings a deleted one back, unless the body says not to. */
  update(id: string, body: SimEvent, ifMatch: string | undefined): SimEvent {
    const old = this.#find(id, ifMatch);
    if (body.id && body.id !== id) throw invalid('The event id does not match.');
    requireTimes(body, this.timeZone);
    const { created, iCalUID, sequence } = old.event;
    return this.#keep({ ...body, id, created, iCalUID, sequence: (sequence ?? 0) + 1 }, old);
  }

  /** What the body names, anew. */
  patch(id: string, body: SimEvent, ifMatch: string | undefined): SimEvent {
    const old = this.#find(id, ifMatch);
    const event = { ...old.event, ...body, id };
    if (event.status !== 'cancelled') requireTimes(event, this.timeZone);
    return this.#keep(event, old);
  }

  delete(id: string, ifMatch: string | undefined): void {
    const old = this.#find(id, ifMatch);
    if (old.event.status === 'cancelled') throw deleted();
    this.#keep({ ...old.event, status: 'cancelled' }, old);
  }

  /** Of two with one id, the one that the condition names, else one that is not deleted. */
  #find(id: string, ifMatch?: string): Entry {
    const found = this.#entries.filter(({ event }) => event.id === id);
    const live = found.find(({ event }) => event.status !== 'cancelled') ?? found[0];
    if (!live) throw notFound();
    if (ifMatch === undefined || ifMatch === '*') return live;
    const meant = found.find(({ event }) => event.etag === ifMatch);
    if (!meant) throw preconditionFailed();
    return meant;
  }

  #keep(event: SimEvent, old: Entry | undefined): SimEvent {
    this.#changes += 1;
    const changedAt = this.#changes;
    const kept: SimEvent = {
      eventType: 'default',
      ...event,
      ...normalised(event, this.timeZone),
      ...(event.attendees && { attendees: event.attendees.map((each) => ({ ...each, self: each.email === this.id })) }),
      kind: 'calendar#event',
      status: event.status ?? 'confirmed',
      etag: `"${createHash('sha256').update(`${this.id} ${event.id} ${changedAt}`).digest('hex').slice(0, 16)}"`,
      updated: new Date().toISOString(),
      organizer: { email: this.id, self: true },
    };
    const entry = { event: kept, changedAt };
    this.#entries = old ? this.#entries.map((each) => (each === old ? entry : each)) : [...this.#entries, entry];
    this.#hooks.onChange(this);
    return kept;
  }
}

/** The account's calendars by their ids. */
export class Calendars {
  readonly #calendars = new Map<string, SimCalendar>();
  readonly #random: Random;
  readonly #onChange: (calendar: SimCalendar) => void;
  /** In [0, 1]: how many id collisions go unnoticed. */
  missedCollisions: number;

  constructor(random: Random, missedCollisions: number, onChange: (calendar: SimCalendar) => void) {
    this.#random = random;
    this.missedCollisions = missedCollisions;
    this.#onChange = onChange;
  }

  get all(): readonly SimCalendar[] {
    return [...this.#calendars.values()];
  }

  add(options: CalendarOptions): SimCalendar {
    const hooks = { onChange: this.#onChange, missesCollision: () => this.#random() < this.missedCollisions };
    const calendar = new SimCalendar(options, hooks);
    this.#calendars.set(options.id, calendar);
    return calendar;
  }

  /** Gone, with all that was in it. */
  remove(id: string): boolean {
    return this.#calendars.delete(id);
  }

  find(id: string): SimCalendar | undefined {
    return this.#calendars.get(id);
  }

  /** Refuses what is not there, and what is not shared with this account, in the same words. */
  of(id: string, account: string): SimCalendar {
    const calendar = this.find(id);
    if (!calendar?.isSharedWith(account)) throw notFound();
    return calendar;
  }
}
