/** What the tools answered, read into the memory: what is told, what is known now, what is still to do. */
import { factsSpoken } from './facts.ts';
import { type JsonObject, objectOf, parsedObject, textOf } from './json.ts';
import { type Appointment, type Memory, withNewGoal } from './memory.ts';
import { type Slot, slotsOf, spokenWithProvider } from './slots.ts';
import { COMMIT_TOOLS } from './steps.ts';
import { dayWords, hasTimeOfDay } from './words.ts';

type Answer = JsonObject;

const TOLD_OFFERS = 3;

export function withAnswer(memory: Memory, tool: string, output: string): Memory {
  const answer = parsedObject(output) ?? {};
  if (answer.success !== true) return failed(memory, tool, answer);
  switch (tool) {
    case 'check_availability':
      return withAvailability(memory, answer);
    case 'find_appointments':
      return withAppointments(memory, answer);
    case 'get_clinic_info': {
      const [asked, ...questions] = memory.questions;
      return tell({ ...memory, questions }, factsSpoken(answer, asked));
    }
    case 'transfer_to_staff':
      return { ...memory, staffWanted: false, ended: true };
    case 'end_call':
      return { ...memory, closing: false, ended: true };
    default:
      return done(memory, tool, answer);
  }
}

/** "A, B, or C": the first few, as one says them. */
export function spokenOffers(offers: readonly Slot[]): string {
  const told = offers.slice(0, TOLD_OFFERS).map(spokenWithProvider);
  if (told.length < 2) return told.join('');
  return `${told.slice(0, -1).join(', ')}, or ${told.at(-1)}`;
}

function withAvailability(memory: Memory, answer: Answer): Memory {
  const slots = slotsOf(answer.slots);
  const later = slotsOf(answer.next_available);
  const known: Memory = { ...memory, checked: true, offers: slots.length > 0 ? slots : later, chosen: undefined };
  const day = dayWords(memory.when ?? '') ?? 'then';
  if (answer.fully_booked === true || slots.length === 0) {
    const sorry = `I'm sorry, we're fully booked ${day}.`;
    if (known.offers.length === 0) return tell({ ...known, checked: false, when: undefined }, sorry);
    return tell(known, `${sorry} The next available times are ${spokenOffers(known.offers)}.`);
  }
  const exact = answer.exact_match === true ? slots[0] : undefined;
  if (exact !== undefined) {
    return tell({ ...known, chosen: exact.id }, `${capitalised(spokenWithProvider(exact))} is available.`);
  }
  const opening = hasTimeOfDay(memory.when ?? '') ? "I don't have exactly that time, but I have" : 'I have';
  return tell(known, `${opening} ${spokenOffers(slots)}.`);
}

function withAppointments(memory: Memory, answer: Answer): Memory {
  const found = appointmentsOf(answer.appointments);
  if (memory.goal === 'find') return tell(withNewGoal({ ...memory, served: true }, undefined), foundSpoken(found));
  const fitting = found.filter((one) => serviceFits(memory.service, one));
  const candidates = fitting.length > 0 ? fitting : found;
  const only = candidates.length === 1 ? candidates[0] : undefined;
  const known = { ...memory, appointments: candidates, appointment: only };
  return only === undefined ? known : tell(known, `I found your appointment: ${described(only)}.`);
}

function done(memory: Memory, tool: string, answer: Answer): Memory {
  const spoken = textOf(answer.spoken) ?? '';
  const isSentence =
    /\b(?:booked|confirmed|scheduled|moved|rescheduled|cancel|cancelled|canceled|list|message|see you)/i;
  const told = isSentence.test(spoken) ? spoken : [DONE_OPENINGS[tool] ?? 'Done.', spoken].filter(Boolean).join(' ');
  return tell(withNewGoal({ ...memory, served: true }, undefined), /[.!?]$/.test(told) ? told : `${told}.`);
}

/** What was brought about, where the tool has no sentence for it. */
const DONE_OPENINGS: Readonly<Record<string, string>> = {
  [COMMIT_TOOLS.book]: "You're booked:",
  [COMMIT_TOOLS.reschedule]: "I've moved your appointment to",
  [COMMIT_TOOLS.cancel]: "I've cancelled your appointment.",
  [COMMIT_TOOLS.waitlist]: "You're on the waitlist.",
  [COMMIT_TOOLS.message]: "I've passed on your message.",
};

function failed(memory: Memory, tool: string, answer: Answer): Memory {
  const message = textOf(answer.user_message) ?? "I'm sorry, that didn't work.";
  const fresh = freshOffers(answer);
  const stuck: Memory = { ...memory, stuck: true, questions: [], staffWanted: false };
  switch (answer.error) {
    case 'slot_taken':
    case 'slot_not_offered':
    case 'slot_in_past':
      return withFreshOffers({ ...stuck, chosen: undefined }, message, fresh);
    case 'unknown_service':
      return tell({ ...stuck, service: undefined, checked: false }, message);
    case 'unknown_provider':
    case 'provider_not_available_for_service':
      return withFreshOffers({ ...stuck, provider: undefined }, message, fresh);
    case 'outside_booking_window':
      return tell({ ...stuck, when: undefined, checked: false, chosen: undefined }, message);
    case 'appointment_not_found':
    case 'not_callers_appointment':
      return tell({ ...stuck, appointments: [], appointment: undefined }, message);
    case 'invalid_arguments':
      if (offersMessage(message)) return tell({ ...stuck, instead: 'message' }, message);
      return tell(withDoubts(stuck, tool, message), message);
    default:
      return tell({ ...stuck, instead: offeredInstead(message) }, message);
  }
}

/** Which of the caller's details the tool did not like; they are asked again. */
function withDoubts(memory: Memory, tool: string, message: string): Memory {
  if (/\bphone|number\b/i.test(message)) return { ...memory, phone: undefined, phoneSettled: false };
  if (/e-?mail/i.test(message)) return { ...memory, email: undefined, emailSettled: false };
  if (/\bname\b/i.test(message)) return { ...memory, name: undefined };
  return tool === 'check_availability' ? { ...memory, when: undefined, checked: false } : memory;
}

function freshOffers(answer: Answer): Slot[] {
  for (const list of [answer.slots, answer.alternatives, answer.next_available]) {
    const slots = slotsOf(list);
    if (slots.length > 0) return slots;
  }
  return [];
}

/** Times that come with a failure are offered, unless its own sentence does so; one that it proposes, a yes takes. */
function withFreshOffers(memory: Memory, message: string, fresh: readonly Slot[]): Memory {
  const named = fresh.filter((slot) => message.includes(slot.spoken));
  const proposed = named.length === 1 ? named[0]?.id : undefined;
  const told = fresh.length === 0 || named.length > 0 ? message : `${message} I have ${spokenOffers(fresh)}.`;
  return tell({ ...memory, checked: fresh.length > 0, offers: fresh, proposed }, told);
}

/** "Would you like to leave a message?" */
export function offersMessage(text: string): boolean {
  return /\b(?:leave|take) (?:us |them |you )?a message\b[^.?!]*\?/i.test(text);
}

function offeredInstead(message: string): Memory['instead'] {
  if (/call(?:s|ed)? you back|take your (?:information|details|name)|take a message/i.test(message)) return 'callback';
  return /staff|receptionist|connect you|transfer/i.test(message) ? 'staff' : 'callback';
}

function appointmentsOf(list: unknown): Appointment[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((value: unknown) => {
    const found = objectOf(value) ?? {};
    const id = textOf(found.appointment_id);
    if (id === undefined) return [];
    const startsAt = textOf(found.starts_at);
    return [{ id, spoken: textOf(found.spoken) ?? startsAt ?? id, service: textOf(found.service), startsAt }];
  });
}

export function described(appointment: Appointment): string {
  const { service, spoken } = appointment;
  return service === undefined || spoken.toLowerCase().includes(service.toLowerCase())
    ? spoken
    : `${service}, ${spoken}`;
}

function foundSpoken(found: readonly Appointment[]): string {
  if (found.length === 0) return "I couldn't find an appointment for you.";
  return `I found ${found.map(described).join('; and ')}.`;
}

function serviceFits(service: string | undefined, appointment: Appointment): boolean {
  if (service === undefined) return true;
  const words = `${appointment.service ?? ''} ${appointment.spoken}`.toLowerCase();
  return service
    .toLowerCase()
    .split(/\s+/)
    .some((word) => words.includes(word));
}

function tell(memory: Memory, news: string): Memory {
  return { ...memory, news: [...memory.news, news] };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
