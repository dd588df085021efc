/** `npm run ops -- dead` and `requeue`: work that was given up, a line each, and having it tried again. */
import { postgresOutbox } from '../../../db/outbox.ts';
import type { Database } from '../../../db/postgres.ts';
import type { WorkOrder } from './arguments.ts';
import { clinicIdOf } from './clinic-command.ts';

/** Answers what to tell whoever asked. Throws `NotDone`, or what the database threw. */
export async function runWorkCommand({ command, clinic }: WorkOrder, database: Database): Promise<string> {
  const clinicId = clinic === null ? null : await clinicIdOf(clinic, database);
  const outbox = postgresOutbox(database);
  if (command === 'requeue') return `${await outbox.requeue(clinicId)} tried again\n`;
  const rows = await outbox.dead(clinicId);
  return rows
    .map(
      ({ at, kind, subjectId, clinicId: of, attempts, reason }) =>
        `${new Date(at).toISOString()}  ${kind} ${subjectId}  clinic ${of}  after ${attempts} attempt(s): ${reason}\n`,
    )
    .join('');
}
