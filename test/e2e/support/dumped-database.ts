import { expect } from 'vitest';
import { eventually } from './eventually.ts';
import type { Project } from './project.ts';

/** Names that psql, a shell, libpq or pg_dump may stumble over. No name in Postgres may hold a NUL. */
export const NASTY = {
  database: `We "ird" $db's é=x %41 \\`,
  role: `ro"le\n$1 'x' É; DROP`,
  schema: `Sch "e" ma\n$$ 'x' \\`,
  table: `ta"b\nle $1 '; -- ÜßI 表 \\.`,
  column: `co"l\n $$ ''x \t =`,
} as const;

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const [role, schema, table, column] = [NASTY.role, NASTY.schema, NASTY.table, NASTY.column].map(quote);

/** A database that has something of everything that a dump holds. */
export function fillSql(owner: string): string {
  return `
CREATE SCHEMA ${schema} AUTHORIZATION ${role};
SET ROLE ${quote(owner)};
CREATE TYPE mood AS ENUM ('sad', 'h''appy', '"quoted"');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE plain (id bigserial PRIMARY KEY, t text, b bytea, j jsonb, a text[], m mood, p positive, f float8, ts timestamptz);
INSERT INTO plain (t, b, j, a, m, p, f, ts)
  SELECT CASE g % 7 WHEN 0 THEN NULL WHEN 1 THEN E'\\\\.\\n\\\\N' WHEN 2 THEN E'\\t\\r\\n\\b' WHEN 3 THEN '' ELSE repeat(md5(g::text), g % 50) END,
    decode(md5(g::text), 'hex'), jsonb_build_object('k', g, '"', E'\\\\'), ARRAY['a,b', NULL, '{"x"}'],
    'h''appy', g, 'nan', '2026-01-01'::timestamptz + g * interval '1 hour' FROM generate_series(1, 3000) g;
CREATE TABLE empty AS TABLE plain WITH NO DATA;
CREATE TABLE parted (at int, t text) PARTITION BY RANGE (at);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
CREATE TABLE parted_2 PARTITION OF parted DEFAULT;
INSERT INTO parted SELECT g, 'x' || g FROM generate_series(1, 300) g;
CREATE TABLE child (id int GENERATED ALWAYS AS IDENTITY (START 40), parent bigint REFERENCES plain, twice bigint GENERATED ALWAYS AS (parent * 2) STORED);
INSERT INTO child (parent) SELECT id FROM plain WHERE id % 3 = 0;
CREATE UNLOGGED TABLE quick AS SELECT 1 AS x;
CREATE SEQUENCE called; SELECT nextval('called'), nextval('called');
CREATE SEQUENCE uncalled START 77;
CREATE VIEW seen AS SELECT id, t FROM plain;
CREATE MATERIALIZED VIEW kept AS SELECT m, count(*) FROM plain GROUP BY m;
CREATE FUNCTION odd(text) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN RETURN $1 || E'$$''\\\\'; END $f$;
CREATE TRIGGER touch BEFORE UPDATE ON plain FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
COMMENT ON TABLE plain IS E'a comment\\nwith ''lines''';
GRANT SELECT ON plain TO ${role};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ${role};
RESET ROLE;
SET ROLE ${role};
CREATE TABLE ${schema}.${table} (${column} text, "UPPER" int, "select" text DEFAULT E'\\n$$');
CREATE INDEX ON ${schema}.${table} (${column});
INSERT INTO ${schema}.${table} SELECT E'ü表\\n' || g, g FROM generate_series(1, 500) g;
SELECT lo_from_bytea(70001, decode(repeat('00ff5c0a', 100000), 'hex'));
RESET ROLE;
SELECT lo_from_bytea(70002, ''), lo_from_bytea(70003, '\\x2e'), lo_from_bytea(0, decode(repeat('41', 2049), 'hex'));
COMMENT ON LARGE OBJECT 70002 IS 'empty';
GRANT SELECT ON LARGE OBJECT 70003 TO ${quote(owner)};
`;
}

/** The roles beside those of the settings: a dump holds none. */
export const ROLE_SQL = `CREATE ROLE ${role} LOGIN`;

/** psql as the superuser in the stack's own Postgres. */
export async function psql(project: Project, database: string, sql: string): Promise<string> {
  const conninfo = `dbname='${database.replace(/[\\']/g, '\\$&')}'`;
  const words = ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', conninfo];
  const container = `${project.name}_postgres`;
  return (await project.docker(['exec', '-i', container, 'psql', ...words], { input: sql })).stdout;
}

/** All rows of all tables, all sequences and all large objects, as counts and checksums; one a line. */
const CONTENT = `
SELECT format($q$SELECT %L, count(*), md5(string_agg(t::text, E'\\x01' ORDER BY t::text COLLATE "C")) FROM %I.%I t$q$,
  nspname || '.' || relname, nspname, relname)
FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'p', 'm') AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1 \\gexec
SELECT format($q$SELECT %L, last_value, is_called FROM %I.%I$q$, nspname || '.' || relname, nspname, relname)
FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'S' ORDER BY 1 \\gexec
SELECT oid, pg_get_userbyid(lomowner), lomacl, length(lo_get(oid)), md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY 1;
`;

/** Everything in a database that a dump should bring back, as text: content, and the schema as pg_dump has it. */
export async function describeDatabase(project: Project, database: string): Promise<string> {
  const conninfo = `dbname='${database.replace(/[\\']/g, '\\$&')}'`;
  const dump = ['pg_dump', '--schema-only', '-U', 'postgres', '-d', conninfo];
  const { stdout } = await project.docker(['exec', `${project.name}_postgres`, ...dump]);
  // A key that is drawn anew for each dump.
  return (await psql(project, database, CONTENT)) + stdout.replace(/^\\(un)?restrict .*$/gm, '');
}

/** Does something while pg_dump has to wait for a table, however fast the machine is. */
export async function whileLocked(project: Project, table: string, act: () => Promise<void>): Promise<void> {
  const sql = `BEGIN; LOCK TABLE ${table}; SELECT pg_sleep(60)`;
  const lock = psql(project, `${project.name}_db`, sql).catch(() => {});
  const locks = "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND granted";
  await eventually(async () => expect(await psql(project, 'postgres', locks)).not.toBe('0\n'));
  try {
    await act();
  } finally {
    const end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%'";
    await psql(project, 'postgres', `${end} AND pid <> pg_backend_pid()`);
    await lock;
  }
}
