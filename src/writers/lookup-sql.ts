import { writeConninfo } from '../formats/conninfo.ts';
import { quoteIdentifier } from '../formats/sql.ts';
import { lookupsByDatabase } from '../stack/access.ts';
import type { Stack } from '../stack/stack.ts';

/**
 * Makes the function by which auth_user finds what Postgres stores of a password, in each database where it is asked;
 * it comes last in an SQL file, since it leaves the session in another database. Nobody but auth_user may ask, and
 * not about those whom a pool should not let in: superusers, replication, expired passwords. What somebody with rights
 * in the database may have made under these names goes to who runs this: it could answer with passwords of its choice.
 */
export function lookupSql(stack: Stack): string[] {
  return [...lookupsByDatabase(stack)].map(([dbname, askers]) => {
    const to = [...askers].map(quoteIdentifier).join(', ');
    return [
      connectTo(dbname),
      'BEGIN;',
      'CREATE SCHEMA IF NOT EXISTS ecar_pool;',
      'ALTER SCHEMA ecar_pool OWNER TO CURRENT_USER;',
      'REVOKE ALL ON SCHEMA ecar_pool FROM PUBLIC;',
      'DROP FUNCTION IF EXISTS ecar_pool.user_lookup(text);',
      'CREATE FUNCTION ecar_pool.user_lookup(name text, OUT usename text, OUT passwd text) RETURNS SETOF record',
      '  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$',
      '    SELECT rolname::text, rolpassword FROM pg_catalog.pg_authid',
      '    WHERE rolname = $1 AND rolcanlogin AND NOT rolsuper AND NOT rolreplication',
      '      AND (rolvaliduntil IS NULL OR rolvaliduntil > pg_catalog.now())',
      '  $$;',
      'REVOKE ALL ON FUNCTION ecar_pool.user_lookup(text) FROM PUBLIC;',
      `GRANT USAGE ON SCHEMA ecar_pool TO ${to};`,
      `GRANT EXECUTE ON FUNCTION ecar_pool.user_lookup(text) TO ${to};`,
      'COMMIT;',
    ].join('\n');
  });
}

/**
 * psql takes a name with `=` in it for a connection string, reads a quoted argument with the escapes of C, and strips
 * double quotes from it then, as if it were an identifier: four of them leave one.
 */
function connectTo(dbname: string): string {
  const conninfo = writeConninfo({ dbname }).replaceAll('\\', '\\\\').replaceAll("'", "''");
  return `\\connect -reuse-previous=on '${conninfo.replaceAll('"', '""""')}'`;
}
