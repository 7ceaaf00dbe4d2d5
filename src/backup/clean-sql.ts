/**
 * How long to wait, once for each lock, for those who are in a transaction there: the application waits behind it.
 * The dump's own script turns the limit off again.
 */
const LOCK_TIMEOUT = '30s';

/**
 * Begins a transaction and empties a database in it, of all that a dump holds: every schema but those of Postgres
 * itself, with what hangs on it, extensions, foreign servers, publications, event triggers and large objects. pg_restore's own
 * `--clean` knows only what the dump names, and fails where something newer hangs on that. `public` is made anew as
 * initdb makes it, because no dump makes it (pg_dump's `-- *not* creating schema`); 15 gave it to the database's owner.
 */
export function cleanSql(version: number): string {
  const isOwners = version >= 15;
  const drops = [
    ["'EVENT TRIGGER'", 'evtname', 'pg_event_trigger'],
    ["'PUBLICATION'", 'pubname', 'pg_publication'],
    ["'EXTENSION'", 'extname', "pg_extension WHERE extname <> 'plpgsql'"],
    ["'FOREIGN DATA WRAPPER'", 'fdwname', 'pg_foreign_data_wrapper'],
    ["'SCHEMA'", 'nspname', "pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"],
  ];
  const loops = drops.map(
    ([kind, name, from]) =>
      `FOR kind, name IN SELECT ${kind}, ${name} FROM ${from} LOOP EXECUTE format('DROP %s IF EXISTS %I CASCADE', kind, name); END LOOP;`,
  );
  return `BEGIN;
SET LOCAL statement_timeout = 0;
SET LOCAL lock_timeout = '${LOCK_TIMEOUT}';
SET LOCAL client_min_messages = warning;
DO $clean$ DECLARE kind text; name text; BEGIN
${loops.join('\n')}
PERFORM lo_unlink(oid) FROM pg_largeobject_metadata;
END $clean$;
CREATE SCHEMA public${isOwners ? ' AUTHORIZATION pg_database_owner' : ''};
COMMENT ON SCHEMA public IS 'standard public schema';
GRANT ${isOwners ? 'USAGE' : 'ALL'} ON SCHEMA public TO PUBLIC;`;
}
