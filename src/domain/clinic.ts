/** What a clinic is to Ava: the facts she may state and the rules she books by. Plain data, cached on every node. */

import type { NoticeSettings } from './notices.ts';

/** A local wall-clock time of day, `HH:MM`, 24 hours. */
export type TimeOfDay = string;
/** A local calendar day, `YYYY-MM-DD`. */
export type DateText = string;
/** A phone number in E.164, `+15550100001`. */
export type PhoneNumber = string;
/** A point in time: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

/** One stretch in which a clinic or provider works; a lunch break makes two of them on a weekday. */
export interface OpeningHours {
  /** ISO weekday: 1 is Monday, 7 is Sunday. */
  readonly weekday: number;
  readonly opens: TimeOfDay;
  /** Later than `opens`; `24:00` is midnight. */
  readonly closes: TimeOfDay;
}

/** A day that differs from the weekly hours: closed where `hours` is empty. */
export interface SpecialDay {
  readonly date: DateText;
  readonly reason: string;
  readonly hours: readonly { readonly opens: TimeOfDay; readonly closes: TimeOfDay }[];
}

export interface Service {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** Other words callers use for it. */
  readonly aliases: readonly string[];
  readonly minutes: number;
  readonly bufferBeforeMinutes: number;
  readonly bufferAfterMinutes: number;
  /** Null where the price is told on the day; 0 is free. */
  readonly priceCents: number | null;
  readonly description: string;
  /** What the customer should do or bring; empty where there is nothing to say. */
  readonly preparation: string;
  /** Kinds of rooms and devices: an appointment takes one of each, besides its provider. */
  readonly needs: readonly string[];
  /** False: only for people whom the clinic knows already. */
  readonly newPatients: boolean;
  /** In years; null: all ages. */
  readonly minimumAge: number | null;
}

/** Days on which a provider does not work, both included: all day, or `between` these hours of each. */
export interface TimeOff {
  readonly from: DateText;
  readonly to: DateText;
  readonly between: { readonly leaves: TimeOfDay; readonly returns: TimeOfDay } | null;
}

export interface Provider {
  readonly id: string;
  readonly name: string;
  /** Other names callers use. */
  readonly aliases: readonly string[];
  readonly serviceIds: readonly string[];
  /** By service id, where this provider does not take the service's own minutes. */
  readonly ownMinutes: Readonly<Record<string, number>>;
  /** Null: works whenever the clinic is open. */
  readonly hours: readonly OpeningHours[] | null;
  readonly timeOff: readonly TimeOff[];
}

/** A room or a device: like a provider it serves one appointment at a time. */
export interface Resource {
  readonly id: string;
  readonly name: string;
  /** What services ask for: any free one of the kind will do. */
  readonly kind: string;
}

export interface BookingRules {
  /** How long before its start an appointment may still be booked. */
  readonly noticeMinutes: number;
  /** How many days ahead appointments may be booked; today is day 0. */
  readonly horizonDays: number;
  /** Appointments start at multiples of this from the opening of the day. */
  readonly slotMinutes: number;
  /** Until how long before its start an appointment may be cancelled or moved without staff; null: until it starts. */
  readonly cancellationHours: number | null;
}

/** How the clinic wants its conversations led. */
export interface ConversationSettings {
  /** BCP 47 codes of what Ava speaks with its callers; the first is the clinic's `language`. */
  readonly languages: readonly string[];
  /** How long a noise of the caller's may be before it takes the floor from Ava. */
  readonly bargeInMs: number;
  readonly longestCallMinutes: number;
  /** When somebody answers the staff line; empty: in the opening hours. */
  readonly staffHours: readonly OpeningHours[];
  /** The clinic's own words for an emergency, beside those that are built in. */
  readonly emergencyPhrases: readonly string[];
}

/** What texting costs a clinic, and may cost it; US dollars. */
export interface TextingSettings {
  /** In 24 hours, model and messages: beyond it staff answer. */
  readonly dailyUsd: number;
  /** One segment of a message, in either direction. */
  readonly segmentUsd: number;
}

export interface Clinic {
  readonly id: string;
  readonly name: string;
  /** The number that callers are told. */
  readonly phone: PhoneNumber;
  /** Further numbers under which callers reach it. */
  readonly otherPhones: readonly PhoneNumber[];
  /** Where staff are sought, one line after the other; empty: they cannot be reached. */
  readonly staffPhones: readonly PhoneNumber[];
  readonly timeZone: string;
  readonly address: string;
  /** Said with the greeting where the law or the clinic wants it ("This call may be recorded…"). */
  readonly consentSentence: string | null;
  /** BCP 47, `en-US`. */
  readonly language: string;
  /** The model's voice. */
  readonly voice: string;
  /** How Ava is to sound, in staff's words; empty where they left that to her. */
  readonly persona: string;
  /** Said before the disclosure, in the clinic's language, in place of the built-in opening. */
  readonly greeting: string | null;
  readonly hours: readonly OpeningHours[];
  readonly specialDays: readonly SpecialDay[];
  readonly services: readonly Service[];
  readonly providers: readonly Provider[];
  readonly resources: readonly Resource[];
  readonly rules: BookingRules;
  readonly conversation: ConversationSettings;
  readonly notices: NoticeSettings;
  readonly texting: TextingSettings;
  /** Sentences that staff wrote: cancellation, deposits, parking. */
  readonly policies: readonly string[];
}

/** All numbers under which a clinic is called, the one that callers are told first. */
export function numbersOf({ phone, otherPhones }: Pick<Clinic, 'phone' | 'otherPhones'>): readonly PhoneNumber[] {
  return [phone, ...otherPhones];
}

export function serviceById(clinic: Clinic, id: string): Service | undefined {
  return clinic.services.find((service) => service.id === id);
}

export function providerById(clinic: Clinic, id: string): Provider | undefined {
  return clinic.providers.find((provider) => provider.id === id);
}

/** How long this provider takes for a service. */
export function minutesOf(service: Service, provider: Provider): number {
  return provider.ownMinutes[service.id] ?? service.minutes;
}

/** The rooms and devices that would do for a service. */
export function resourcesFor(clinic: Clinic, service: Service): readonly Resource[] {
  return clinic.resources.filter(({ kind }) => service.needs.includes(kind));
}

export function providersOf(clinic: Clinic, service: Service): readonly Provider[] {
  return clinic.providers.filter((provider) => provider.serviceIds.includes(service.id));
}
