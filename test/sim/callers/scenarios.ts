/** The stories by name, each to be told by anybody. */
import { abuse } from './abuse.ts';
import { book } from './book.ts';
import { calendarDown } from './calendar-down.ts';
import { cancel } from './cancel.ts';
import { emergency } from './emergency.ts';
import { fullyBooked } from './fully-booked.ts';
import { hangUp } from './hang-up.ts';
import { horario } from './horario.ts';
import { hours } from './hours.ts';
import { indecisive } from './indecisive.ts';
import { medical } from './medical.ts';
import { message } from './message.ts';
import { monologue } from './monologue.ts';
import { movedOn } from './moved-on.ts';
import { namedProvider } from './named-provider.ts';
import { price } from './price.ts';
import { reschedule } from './reschedule.ts';
import type { CallerScript } from './script.ts';
import { silent } from './silent.ts';
import { person, zero } from './staff.ts';
import { twoQuestions } from './two-questions.ts';
import { JORDAN, type Who } from './who.ts';
import { wrongNumber } from './wrong-number.ts';

const SCENARIOS: Readonly<Record<string, (who: Who) => CallerScript>> = {
  book,
  reschedule,
  cancel,
  'fully-booked': fullyBooked,
  'named-provider': namedProvider,
  hours,
  horario,
  price,
  indecisive,
  'moved-on': movedOn,
  'two-questions': twoQuestions,
  monologue,
  'wrong-number': wrongNumber,
  abuse,
  person,
  zero,
  message,
  medical,
  emergency,
  'calendar-down': calendarDown,
  'hang-up': hangUp,
  silent,
};

/** The story's script. Throws when there is no such story, naming those there are. */
export function scenario(name: string, who: Partial<Who> = {}): CallerScript {
  const make = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  if (make === undefined) throw new Error(`no scenario "${name}"; there are ${scenarioNames().join(', ')}`);
  return make({ ...JORDAN, ...who });
}

export function scenarioNames(): readonly string[] {
  return Object.keys(SCENARIOS);
}

export interface ScenarioSummary {
  readonly name: string;
  readonly description: string;
}

export function scenarioSummaries(): readonly ScenarioSummary[] {
  return scenarioNames().map((name) => ({ name, description: scenario(name).description }));
}
