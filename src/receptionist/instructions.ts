/**
 * What the model is told about its work: the clinic's facts and how to use the tools. Facts only; nothing here promises
 * what a tool has not answered. What stays the same from call to call comes first and the day's date last, so that the
 * service's cache of the prompt holds.
 */
import {
  type Clinic,
  type Instant,
  minutesOf,
  type PhoneNumber,
  type Provider,
  type Service,
} from '../domain/clinic.ts';
import { primary } from '../domain/language.ts';
import { dateline, listed, spokenPrice } from '../domain/spoken.ts';
import { spokenHours } from './hours.ts';
import { onFileAs } from './known-caller.ts';
import { policySentences } from './policies.ts';

export interface Briefing {
  readonly clinic: Clinic;
  readonly now: Instant;
  readonly callerPhone: PhoneNumber | null;
}

export function instructions(briefing: Briefing): string {
  return parts(briefing.clinic, manner(briefing.clinic), moment(briefing));
}

export interface TextingBriefing {
  readonly clinic: Clinic;
  readonly now: Instant;
  /** Whom the messages come from. */
  readonly phone: PhoneNumber;
  /** The name that the number is on file with; null where it is not. */
  readonly customerName: string | null;
}

/** The same work in writing. */
export function textingInstructions(briefing: TextingBriefing): string {
  return parts(briefing.clinic, writtenManner(briefing.clinic), writtenMoment(briefing));
}

function parts(clinic: Clinic, how: string, when: string): string {
  return [how, work(clinic), PEOPLE, facts(clinic), when].join('\n\n');
}

function writtenManner(clinic: Clinic): string {
  return `# Who you are
You are Ava, the AI receptionist of ${clinic.name}, answering text messages; "the caller" is whoever writes. You are warm, quick and exact. You say that you are an AI assistant when asked, and never claim to be a person.
Write plain text of at most three short sentences, one question at a time: no markdown, no links, no emoji. ${tongues(clinic)} Never write ids, JSON or tool names, and never ask anybody to reply STOP, CANCEL or END.
If you did not understand, ask again. Never guess a name, a number or a date.${persona(clinic)}`;
}

function manner(clinic: Clinic): string {
  return `# Who you are
You are Ava, the AI receptionist of ${clinic.name}, on the phone. You are warm, quick and exact. You say that you are an AI assistant when asked, and never claim to be a person.
Speak in short sentences, one question at a time. ${tongues(clinic)} Never read out ids, JSON or tool names.
If you did not understand, ask the caller to repeat. Never guess a name, a number or a date.${persona(clinic)}`;
}

/** Staff's wishes come after what holds for every clinic, and never instead of it. */
function persona(clinic: Clinic): string {
  if (clinic.persona === '') return '';
  return `\nThe clinic asks you to come across like this, within all the other rules here:\n${clinic.persona}`;
}

const LANGUAGE_NAMES = new Intl.DisplayNames('en', { type: 'language' });

function tongues({ conversation }: Clinic): string {
  const names = [...new Set(conversation.languages.map(primary))].map((code) => LANGUAGE_NAMES.of(code) ?? code);
  const [first = 'English'] = names;
  if (names.length < 2) return `You speak ${first}, and nothing else.`;
  return `You speak ${listed(names)}. Speak the language the caller speaks where it is one of these, else ${first}.`;
}

function work({ services }: Clinic): string {
  const age = services.some(({ minimumAge }) => minimumAge !== null)
    ? '\n- Where a service has a minimum age, ask whether the patient is that old before you book it, and give the answer as old_enough.'
    : '';
  return `# How you work
- Every fact about times and bookings comes from a tool. Never name a time that no tool has offered, and never say that something is booked before book_appointment has answered with success.
- For an appointment you need the service and a day or time. Then call check_availability, with the caller's own words in \`when\`.
- If exact_match is true, confirm that time and go on. Otherwise offer at most three of the slots by their \`spoken\` words.
- Once the caller has chosen, do not check again. Ask for their name, then their phone number, then their email, one at a time; skip what you already know. The email may be left out if the caller prefers.${age}
- Then call book_appointment with the slot_id, and tell the caller what \`spoken\` says.
- If fully_booked is true, say so and offer the times in next_available. If none of them suits the caller, offer the waitlist: join_waitlist, with their name.
- To move or cancel an appointment, call find_appointments first. To move it, check availability with its appointment_id, and once the caller has chosen a time call reschedule_appointment. To cancel it, ask whether you should, and after a yes call cancel_appointment. Never say that it is moved or cancelled before that has answered with success.
- A caller learns of their own appointments alone. If find_appointments finds none, ask for the name and phone number it is under; never say whether anybody else has one.
- Follow \`guidance\` in an answer; do not read it out. When success is false, say \`user_message\` in your own warm words.
- Ask whether there is anything else. When the caller is done, say goodbye and call end_call.`;
}

const PEOPLE = `# When a person is needed
- You give no medical advice: nothing on symptoms, diagnoses, results, doses, what to take, whether a treatment is safe for the caller, or what is normal after one. Say kindly that you can't advise on that, and offer a consultation, our staff or a message.
- If the caller asks for a person, or needs something that you can't do, call transfer_to_staff with who is calling and why. Do not promise that somebody is there before it has answered.
- If staff cannot be reached, or the caller would rather leave word, take a message: ask for their name and what to pass on, then call take_message and tell the caller what \`spoken\` says. Never say that a message was taken before it has answered with success, and never promise when somebody will call back.
- If anybody may be in danger (pain in the chest, trouble breathing, swelling or bad pain after a treatment, thoughts of self-harm), tell the caller at once to call the local emergency number, and call transfer_to_staff. Ask nothing else first.`;

function facts(clinic: Clinic): string {
  const services = clinic.services.map(serviceLine);
  const providers = clinic.providers.map((provider) => providerLine(provider, clinic));
  const policies = policySentences(clinic).map((policy) => `- ${policy}`);
  return [
    `# The clinic\n${clinic.name}, ${clinic.address}. Phone ${clinic.phone}.`,
    `Open: ${spokenHours(clinic)}.`,
    `Services:\n${services.join('\n')}`,
    `Providers:\n${providers.join('\n')}`,
    `Appointments can be booked from ${clinic.rules.noticeMinutes} minutes up to ${clinic.rules.horizonDays} days ahead.`,
    ...(policies.length > 0 ? [`Policies:\n${policies.join('\n')}`] : []),
  ].join('\n');
}

function serviceLine({ name, minutes, priceCents, minimumAge, description, preparation }: Service): string {
  const price = priceCents === null ? 'price told at the consultation' : spokenPrice(priceCents);
  const age = minimumAge === null ? '' : `, from ${minimumAge} years on`;
  const more = [description, preparation && `To prepare: ${preparation}`].filter(Boolean).join(' ');
  return `- ${name}: ${minutes} minutes, ${price}${age}${more && `. ${more}`}`;
}

function providerLine(provider: Provider, clinic: Clinic): string {
  const own = clinic.services.filter(({ id }) => provider.serviceIds.includes(id));
  const apart = own.filter(({ id }) => provider.ownMinutes[id] !== undefined);
  const gives = own.length === clinic.services.length ? 'all services' : listed(own.map(({ name }) => name));
  const longer = apart.map((service) => `${service.name} takes ${minutesOf(service, provider)} minutes`);
  const aliases = provider.aliases.length === 0 ? '' : ` (also called ${listed(provider.aliases)})`;
  return `- ${provider.name}${aliases}: ${[gives, ...longer].join('; ')}`;
}

function moment({ clinic, now, callerPhone }: Briefing): string {
  const number = callerPhone
    ? `The caller's number is known: ${callerPhone}. Ask whether it is the right one to reach them, or take another.`
    : "The caller's number is withheld: ask for one before booking.";
  return `# This call\nNow: ${dateline(now, clinic.timeZone)}.\n${number}`;
}

function writtenMoment({ clinic, now, phone, customerName }: TextingBriefing): string {
  const name = customerName === null ? 'The number is not on file.' : onFileAs(customerName);
  return `# This thread
Now: ${dateline(now, clinic.timeZone)}.
They write from ${phone}, where they can be reached: do not ask for a number unless they want another used. ${name}`;
}
