/**
 * Indexes and constraints out of the way while a table is filled, and back afterwards as they were: the schema is the
 * migrations' alone, so it is read from the catalog.
 */
import type { Sql } from '../../../db/postgres.ts';

interface Key {
  readonly drop: string;
  readonly make: string;
  /** What it is, for progress. */
  readonly name: string;
}

/** Drops what keeps these tables in order, foreign keys to and from them included; answers how to make it again, in order. */
export async function dropKeys(sql: Sql, tables: readonly string[]): Promise<readonly Key[]> {
  const wanted = tables.map((table) => `'${table}'::regclass`).join(', ');
  const constraints = await sql.unsafe<Key[]>(`
    select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
           format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as make,
           conname as name
    from pg_constraint
    where contype in ('p', 'u', 'x', 'f') and (conrelid in (${wanted}) or confrelid in (${wanted}))
    -- A foreign key stands on a unique one.
    order by contype = 'f', conrelid::regclass::text, conname`);
  const indexes = await sql.unsafe<Key[]>(`
    select format('drop index %s', indexrelid::regclass) as drop, pg_get_indexdef(indexrelid) as make,
           indexrelid::regclass::text as name
    from pg_index
    where indrelid in (${wanted}) and not exists (select from pg_constraint where conindid = indexrelid)
    order by 3`);
  const keys = [...indexes, ...constraints];
  for (const { drop } of keys.toReversed()) await sql.unsafe(drop);
  return keys;
}

export async function makeKeys(sql: Sql, keys: readonly Key[], report: (line: string) => void): Promise<void> {
  for (const { make, name } of keys) {
    const begunAt = performance.now();
    await sql.unsafe(make);
    report(`  ${name}: ${((performance.now() - begunAt) / 1000).toFixed(1)} s`);
  }
}
