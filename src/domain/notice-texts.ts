/**
 * The words of texts about appointments: a clinic's own, else built-in ones, in English, Spanish, French and German. Each
 * names the clinic and says how to have no more of them. "C" confirms and "R" moves an appointment; no text invites
 * anybody to send a word by which the network would take them for opted out or in, but the waitlist's YES.
 */
import type { Instant } from './clinic.ts';
import { primary } from './language.ts';
import type { NoticeSettings, NoticeTemplate } from './notices.ts';

export type TextKind = NoticeTemplate['kind'];

export interface NoticeFacts {
  readonly clinicName: string;
  readonly timeZone: string;
  /** BCP 47: the customer's. */
  readonly language: string;
  readonly templates: NoticeSettings['templates'];
  readonly service: string;
  readonly provider: string;
  readonly startsAt: Instant;
}

type Words = Readonly<Record<TextKind, string>> & { readonly stop: string };

const ENGLISH: Words = {
  booked: 'You are booked for {service} with {provider}, {when}. Reply C to confirm or R to reschedule.',
  rescheduled: 'Your {service} with {provider} is now {when}. Reply C to confirm or R to reschedule.',
  cancelled: 'Your {service} on {when} is cancelled.',
  reminder_day: 'Reminder: {service} with {provider}, {when}. Reply C to confirm or R to reschedule.',
  reminder_soon: 'See you soon: {service} with {provider}, {when}. Reply R to reschedule.',
  waitlist_offer: '{service} with {provider} has become free: {when}. Reply YES within 15 minutes to book it.',
  stop: 'STOP ends texts.',
};
const SPANISH: Words = {
  booked: 'Tiene cita para {service} con {provider}, {when}. Responda C para confirmar o R para cambiarla.',
  rescheduled: 'Su cita para {service} con {provider} es ahora {when}. Responda C para confirmar o R para cambiarla.',
  cancelled: 'Su cita para {service}, {when}, ha sido cancelada.',
  reminder_day: 'Recordatorio: {service} con {provider}, {when}. Responda C para confirmar o R para cambiarla.',
  reminder_soon: 'Hasta pronto: {service} con {provider}, {when}. Responda R para cambiarla.',
  waitlist_offer: 'Hay un hueco para {service} con {provider}: {when}. Responda YES en 15 minutos para reservarlo.',
  stop: 'STOP: no recibir mensajes.',
};
const FRENCH: Words = {
  booked: 'Votre rendez-vous : {service} avec {provider}, {when}. Répondez C pour confirmer ou R pour le déplacer.',
  rescheduled:
    'Votre rendez-vous {service} avec {provider} est maintenant : {when}. C pour confirmer, R pour déplacer.',
  cancelled: 'Votre rendez-vous {service}, {when}, est annulé.',
  reminder_day: 'Rappel : {service} avec {provider}, {when}. Répondez C pour confirmer ou R pour le déplacer.',
  reminder_soon: 'Votre rendez-vous approche : {service} avec {provider}, {when}. Répondez R pour le déplacer.',
  waitlist_offer:
    'Une place se libère : {service} avec {provider}, {when}. Répondez YES sous 15 minutes pour la prendre.',
  stop: 'STOP : plus de messages.',
};
const GERMAN: Words = {
  booked: 'Ihr Termin: {service} bei {provider}, {when}. Antworten Sie C zum Bestätigen oder R zum Verschieben.',
  rescheduled: 'Ihr Termin {service} bei {provider} ist jetzt {when}. C zum Bestätigen, R zum Verschieben.',
  cancelled: 'Ihr Termin {service}, {when}, ist abgesagt.',
  reminder_day: 'Erinnerung: {service} bei {provider}, {when}. Antworten Sie C zum Bestätigen oder R zum Verschieben.',
  reminder_soon: 'Bis gleich: {service} bei {provider}, {when}. Antworten Sie R zum Verschieben.',
  waitlist_offer: 'Ein Termin ist frei geworden: {service} bei {provider}, {when}. YES binnen 15 Minuten bucht ihn.',
  stop: 'STOP: keine Nachrichten mehr.',
};

const LANGUAGES: Readonly<Record<string, Words>> = { en: ENGLISH, es: SPANISH, fr: FRENCH, de: GERMAN };

/** The text as it is sent. */
export function noticeText(kind: TextKind, facts: NoticeFacts): string {
  const { clinicName, language, service, provider } = facts;
  const words = LANGUAGES[primary(language)] ?? ENGLISH;
  const said = filled(ownWords(kind, facts) ?? words[kind], {
    clinic: clinicName,
    service,
    provider,
    when: writtenMoment(facts),
  });
  const named = said.includes(clinicName) ? said : `${clinicName}: ${said}`;
  return /\bSTOP\b/.test(named) ? named : `${named} ${words.stop}`;
}

/** Those for the language itself before those for its first part. */
function ownWords(kind: TextKind, { templates, language }: NoticeFacts): string | undefined {
  const ofKind = templates.filter((template) => template.kind === kind);
  const exact = ofKind.find((template) => template.language.toLowerCase() === language.toLowerCase());
  return (exact ?? ofKind.find((template) => primary(template.language) === primary(language)))?.text;
}

/** Names are put in as they are, whatever braces they hold. */
function filled(template: string, facts: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => facts[name] ?? whole);
}

/** `Tue, Mar 3, 2:00 PM`, as the language writes it: never "tomorrow", since a text is read when it is read. */
function writtenMoment({ startsAt, timeZone, language }: NoticeFacts): string {
  const written = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(LANGUAGES[primary(language)] ? language : 'en-US', { timeZone, ...options })
      .format(startsAt)
      // The network's alphabet has but one space, and not these (sáb, août): one of them would halve what a segment holds.
      .replaceAll(/\s/g, ' ')
      .replaceAll(/[áíóúâêîôû]/g, (letter) => letter.normalize('NFD').charAt(0));
  const day = written({ weekday: 'short', month: 'short', day: 'numeric' });
  return `${day}, ${written({ hour: 'numeric', minute: '2-digit' })}`;
}
