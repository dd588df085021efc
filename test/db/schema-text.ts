/** A database's schema as text, out of the catalogs: tables, columns, constraints, indexes, policies, grants, functions, comments. */
import type { Database } from '../../db/postgres.ts';

/** One line a thing, sorted: two databases of the same schema give the same text, in whatever order it was made. */
export async function schemaText(database: Database): Promise<string> {
  const rows = await database.unbound(
    'schema',
    (sql) => sql<{ line: string }[]>`
    with tables as (
      select oid, relname, relrowsecurity, relforcerowsecurity, relacl, obj_description(oid, 'pg_class') as comment
      from pg_class
      where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'p') and relname <> 'migrations'
    )
    select format('table %s, row security %s, forced %s: %s', relname, relrowsecurity, relforcerowsecurity, comment) as line
    from tables
    union all
    select format('column %s.%s %s %s default %s: %s', relname, attname, format_type(atttypid, atttypmod),
                  case when attnotnull then 'not null' end, pg_get_expr(adbin, adrelid), col_description(tables.oid, attnum))
    from tables
    join pg_attribute on attrelid = tables.oid and attnum > 0 and not attisdropped
    left join pg_attrdef on adrelid = tables.oid and adnum = attnum
    union all
    select format('constraint %s.%s %s: %s', relname, conname, pg_get_constraintdef(pg_constraint.oid),
                  obj_description(pg_constraint.oid, 'pg_constraint'))
    from tables join pg_constraint on conrelid = tables.oid
    union all
    select format('index %s', indexdef) from pg_indexes where schemaname = 'public' and tablename <> 'migrations'
    union all
    select format('policy %s.%s for %s to %s using %s check %s', tablename, policyname, cmd, roles, qual, with_check)
    from pg_policies where schemaname = 'public'
    union all
    select format('grant %s on %s to %s', privilege_type, relname, grantee::regrole)
    from tables, aclexplode(relacl)
    where grantee <> 0
    union all
    select format('grant %s on schema public to %s', privilege_type, grantee::regrole)
    from pg_namespace, aclexplode(nspacl)
    where nspname = 'public' and grantee <> 0
    union all
    select format('function %s: %s', pg_get_functiondef(pg_proc.oid), obj_description(pg_proc.oid, 'pg_proc'))
    from pg_proc
    left join pg_depend on objid = pg_proc.oid and deptype = 'e'
    where pronamespace = 'public'::regnamespace and pg_depend.objid is null
    union all
    select format('domain %s %s %s: %s', typname, format_type(typbasetype, typtypmod), pg_get_constraintdef(pg_constraint.oid),
                  obj_description(pg_type.oid, 'pg_type'))
    from pg_type left join pg_constraint on contypid = pg_type.oid
    where typnamespace = 'public'::regnamespace and typtype = 'd'
    order by 1`,
  );
  return rows.map(({ line }) => line).join('\n');
}
