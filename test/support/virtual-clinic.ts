/**
 * The demo clinic on a node in memory, in virtual time: the desks, actors, tools and rules that production runs, between
 * the simulated model service and simulated callers who talk and listen. Only sockets and stores are left out; the book
 * takes its time over every answer, as a database does.
 */
import type { SimulatedClock } from '../../actors/kernel/simulated-clock.ts';
import type { StoredFold } from '../../db/call-events.ts';
import { BrowserCalls } from '../../src/bin/browser-desk.ts';
import type { CallWorld } from '../../src/bin/call-world.ts';
import { Switchboard } from '../../src/bin/switchboard.ts';
import { type Clinic, providerById, serviceById } from '../../src/domain/clinic.ts';
import type { BookingStore, ConversationEntry } from '../../src/domain/ports.ts';
import { memoryTicketLedger } from '../../src/twilio/ticket-ledger.ts';
import { recordedEvents } from '../http/recorded-events.ts';
import type { CallerScript } from '../sim/callers/script.ts';
import type { BrainName } from '../sim/openai/brain/brains.ts';
import type { HeardWord } from '../sim/twilio/ear.ts';
import { Ticker } from '../sim/twilio/ticker.ts';
import { fillDay } from './full-day.ts';
import type { GoldenStand } from './golden-paths.ts';
import { memoryBookingStore } from './memory-bookings.ts';
import { memoryClinicDirectory, radiance } from './memory-clinics.ts';
import { memoryConversationLog } from './memory-conversations.ts';
import { memoryMessageStore } from './memory-messages.ts';
import { seededRandom } from './seed.ts';
import { simulatedModels } from './simulated-models.ts';
import { slowBookings } from './slow-bookings.ts';
import type { CallChannel, ToldAppointment, ToldCall } from './told-call.ts';
import { type Cut, callByTelephone, callInBrowser, type VirtualCaller } from './virtual-lines.ts';
import type { VirtualTime } from './virtual-time.ts';

export interface VirtualClinicOptions {
  /** When it all takes place; ms since the epoch. */
  readonly at: number;
  readonly brain: BrainName;
  readonly seed: number;
  /** The demo clinic where absent. */
  readonly clinic?: Clinic;
  /** Told of each message of the model's before Ava is, but for pieces of speech. */
  readonly onReport?: () => void;
}

export interface VirtualCall {
  readonly script: CallerScript;
  readonly channel: CallChannel;
  /** The caller's number; a browser has none. */
  readonly from: string;
}

/** People talk that fast here; nothing in Ava depends on it. */
const PACE = 5;
const CAPACITY = 100;
const RESUME_MS = 10_000;

export class VirtualClinic {
  readonly clinic: Clinic;
  readonly clock: SimulatedClock;
  readonly bookings = memoryBookingStore();
  /** What callers were told to be done before it was. */
  readonly premature: string[] = [];
  private readonly time: VirtualTime;
  private readonly log = memoryConversationLog();
  private readonly ticker = new Ticker();
  readonly telephones: Switchboard;
  private readonly browsers: BrowserCalls;
  /** When appointments were made or moved. */
  private readonly deedsAt: number[] = [];
  private readonly conversations: Extract<ConversationEntry, { kind: 'started' }>[] = [];
  private calls = 0;
  private line: VirtualCaller | undefined;

  constructor(time: VirtualTime, { at, brain, seed, clinic = radiance, onReport }: VirtualClinicOptions) {
    this.clinic = clinic;
    this.time = time;
    this.clock = time.clockFrom(at);
    const world = this.world(simulatedModels({ brain, seed, pace: PACE, onReport }), seed);
    const node = { directory: memoryClinicDirectory([clinic]), world, node: 'node-a' };
    this.telephones = new Switchboard({ ...node, capacity: CAPACITY, elsewhere: () => 0, modelDown: () => false });
    const ledger = memoryTicketLedger(() => this.clock.now());
    this.browsers = new BrowserCalls({ ...node, ledger, shedReason: () => null, resumeMs: RESUME_MS });
  }

  /** A call from its first ring to its closed record. */
  async call({ script, channel, from }: VirtualCall): Promise<ToldCall> {
    const { clinic, clock, ticker } = this;
    const openedAt = clock.now();
    const deedsBefore = this.deedsAt.length;
    const name = `${channel}-${++this.calls}`;
    const speaker = { script, pace: PACE, ticker };
    const line =
      channel === 'voice'
        ? callByTelephone(this.telephones, { callSid: name, from, clinic }, speaker)
        : callInBrowser(this.browsers, name, clinic, speaker);
    const { caller, conversationId } = line;
    this.line = line;
    const record = () => this.log.conversation(clinic.id, conversationId() ?? this.conversationOf(name) ?? '');
    await this.time.until(() => record()?.ended !== undefined);
    caller.putDown();
    this.premature.push(...prematureClaims(caller.heard, openedAt, this.deedsAt.slice(deedsBefore)));
    const { ended, turns = [], toolCalls = [] } = record() ?? {};
    return { channel, heard: caller.heardText, said: caller.said, outcome: ended?.outcome ?? null, turns, toolCalls };
  }

  /** The call that began last is cut. */
  cut(reason: Cut): void {
    this.line?.cut(reason);
  }

  /** What stands in the book that was booked in a call, in the order in which it was made. */
  get appointments(): readonly ToldAppointment[] {
    const { clinic } = this;
    const here = new Set(this.conversations.map(({ conversationId }) => conversationId));
    const made = this.bookings.appointments(clinic.id).filter(({ request }) => here.has(request.conversationId));
    return made.map(({ request, ...appointment }) => ({
      id: appointment.id,
      service: serviceById(clinic, appointment.serviceId)?.name ?? '',
      provider: providerById(clinic, appointment.providerId)?.name ?? '',
      startsAt: appointment.startsAt,
      endsAt: appointment.endsAt,
      customer: appointment.customerName,
      phone: appointment.customerPhone,
      email: request.customer.email,
    }));
  }

  /** What each call that was placed here folded, in the order in which they began. */
  get folds(): readonly (readonly StoredFold[])[] {
    return this.conversations.map(({ conversationId }) => this.log.folds(this.clinic.id, conversationId));
  }

  /** This clinic, for one caller's golden path. */
  golden({ channel, from, flawless }: Omit<VirtualCall, 'script'> & Pick<GoldenStand, 'flawless'>): GoldenStand {
    const { clinic, bookings, clock } = this;
    return {
      clinic,
      at: clock.now(),
      flawless,
      call: (script) => this.call({ script, channel, from }),
      appointments: async () => this.appointments,
      fill: (service, date) => fillDay(bookings, { clinic, service, date, now: clock.now() }),
    };
  }

  private conversationOf(callSid: string): string | undefined {
    return this.conversations.find(({ call }) => call?.callSid === callSid)?.conversationId;
  }

  private world(connectModel: CallWorld['connectModel'], seed: number): CallWorld {
    const { clock, log } = this;
    const chance = seededRandom(seed);
    return {
      connectModel,
      models: { realtime: 'gpt-realtime-2.1', transcription: 'gpt-transcribe' },
      phrases: { audioOf: () => undefined },
      chance,
      bookings: this.watched(slowBookings(this.bookings, clock, chance, false)),
      messages: memoryMessageStore(),
      log: {
        ...log,
        write: (entry) => {
          if (entry.kind === 'started') this.conversations.push(entry);
          log.write(entry);
        },
      },
      events: recordedEvents(),
      clock,
    };
  }

  /** Notes when something was done of which the caller is told. */
  private watched(bookings: BookingStore): BookingStore {
    const noting = <T extends { readonly kind: string }>(result: T): T => {
      if (result.kind === 'booked' || result.kind === 'rescheduled') this.deedsAt.push(this.clock.now());
      return result;
    };
    return {
      ...bookings,
      book: async (request) => noting(await bookings.book(request)),
      reschedule: async (request) => noting(await bookings.reschedule(request)),
    };
  }
}

/** Each "you're booked" that was heard before as many deeds were done. Times: ms since the epoch. */
function prematureClaims(heard: readonly HeardWord[], openedAt: number, deedsAt: readonly number[]): string[] {
  const claims = heard.filter(({ word }, n) => word === 'booked' && /^(?:you're|now)$/i.test(heard[n - 1]?.word ?? ''));
  return claims.flatMap(({ fromMs }, n) => {
    const doneAt = deedsAt[n] ?? Number.POSITIVE_INFINITY;
    return openedAt + fromMs < doneAt ? [`"booked" heard after ${fromMs} ms, done after ${doneAt - openedAt} ms`] : [];
  });
}
