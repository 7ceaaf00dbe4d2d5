import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Docker } from '../docker/docker.ts';
import type { RunResult } from '../docker/run.ts';
import { sqlCommand } from '../plan/commands.ts';
import { EnvironmentError, RefusedError, UsageError } from '../problems/errors.ts';
import { explainFileError } from '../problems/file-errors.ts';
import { listDatabases } from '../stack/access.ts';
import type { ComposeProject } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';
import type { Progress } from './back-up.ts';
import { checkDump, countBytes, isAboutFile } from './check-dump.ts';
import { cleanSql } from './clean-sql.ts';
import { createDatabase, dropDatabase } from './create-database.ts';
import { explainFailure } from './explain.ts';
import { findHolder } from './find-holder.ts';
import { chooseLogin } from './login.ts';
import { type DatabaseFacts, lookInto, psqlWords } from './look.ts';
import { refuseOtherFiles } from './recognise-file.ts';
import { type Login, openServer, type Server } from './server.ts';

/** What to restore, and into which database. */
export interface RestoreRequest {
  readonly stack: Stack;
  readonly project: ComposeProject;
  /** The dump, absolute, and as people know it. */
  readonly path: string;
  readonly shownPath: string;
  /** The database on the server. */
  readonly database: string;
  readonly login?: Login | undefined;
  /** Empty the database first, in the same transaction. */
  readonly clean: boolean;
  /** Create the database where the server has none of that name. */
  readonly create: boolean;
  /** Keep the dump's owners and grants; else all of it becomes the owner's of the database. */
  readonly keepOwners: boolean;
  /** Asked before a database is emptied: whether it may be. */
  confirm(facts: DatabaseFacts): Promise<boolean>;
  onProgress?(progress: Progress): void;
  cleaner(): Docker;
}

/** What a restore brought. */
export interface RestoreResult {
  readonly database: string;
  readonly bytes: number;
  readonly tables: number;
  readonly created: boolean;
  readonly ms: number;
}

/**
 * pg_restore writes the dump as SQL, with BEGIN before and COMMIT at its very end, and psql runs it: where either
 * fails, or what is read ends early because ecar-pool was killed, there is no COMMIT, and the database is as it was.
 * By itself, pg_restore could not empty the database in the same transaction. The last words tell that all was run.
 */
const SCRIPT = `conninfo=$1 first=$2 last=$3
shift 3
{ printf '%s\\n' "$first" && pg_restore "$@" && printf '\\\\echo %s\\n' "$last"; } |
  psql -X -w -q -v ON_ERROR_STOP=1 -o /dev/null -d "$conninfo"`;

/**
 * Restores a dump into a database, directly and not through the pool. The dump is read whole before anything is
 * touched, and everything is done in one transaction; a database that was created for it is dropped again where it
 * fails. Throws UsageError where the file is no whole dump, RefusedError where the database has tables or is not
 * there, EnvironmentError where docker or Postgres do not play along. Undefined where `confirm` said no.
 */
export async function restoreDump(
  docker: Docker,
  request: RestoreRequest,
): Promise<RestoreResult | undefined> {
  const { stack, path, shownPath, database, onProgress } = request;
  const began = performance.now();
  const total = await measure(path, shownPath);
  const sql = sqlCommand(stack, request.project, database, request.login?.name);
  await refuseOtherFiles(path, shownPath, sql).catch((error: unknown) => {
    throw explainFileError(error, shownPath, 'read');
  });
  const server = await openServer(docker, request, request.login ?? chooseLogin(stack, database));
  let isThrough = false;
  let created = false;
  try {
    const tell = (step: Progress['step']) => (bytes: number) =>
      onProgress?.({ step, database, bytes, total });
    const found = await checkDump(server, path, tell('check'));
    if ('failure' in found) throw refuseDump(shownPath, found.failure);
    const facts = await lookInto(server, database);
    if (facts === undefined) {
      requireCreate(request);
      await createDatabase(server, stack, database);
      created = true;
    } else if (!(await mayFill(facts, request))) return undefined;
    const target = facts ?? (await lookInto(server, database));
    if (target === undefined) throw new Error('a database that was created is there');
    await runRestore(server, target, request, tell('restore'));
    isThrough = true;
    // Without it the planner knows nothing of the new rows until autovacuum has come by; it may as well fail.
    await server.run(psqlWords(server, database, 'ANALYZE'));
    return { database, bytes: total, tables: found.tables, created, ms: performance.now() - began };
  } catch (error) {
    throw explainFileError(error, shownPath, 'read');
  } finally {
    if (!isThrough) {
      await server.endLeft(request.cleaner());
      if (created) await dropDatabase(server.within(request.cleaner()), database);
    }
  }
}

async function measure(path: string, shownPath: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw explainFileError(error, shownPath, 'read');
  });
  if (!found.isFile())
    throw new UsageError(`${shownPath} is no file`, 'name a dump, such as `ecar-pool backup` makes');
  return found.size;
}

function refuseDump(shownPath: string, failure: RunResult): Error {
  const explained = explainFailure('pg_restore', shownPath, failure);
  if (!isAboutFile(failure)) return explained;
  return new UsageError(
    `${shownPath} is not a whole dump in pg_dump's custom format; nothing was touched (${explained.message})`,
    /unsupported version/.test(failure.stderr) ? explained.hint : 'take another backup of it',
  );
}

function requireCreate({ create, database, stack }: RestoreRequest): void {
  if (create) return;
  const known = listDatabases(stack);
  const among = known.includes(database) ? '' : `; the settings have ${known.join(', ')}`;
  throw new RefusedError(
    `the server has no database ${JSON.stringify(database)}${among}`,
    'check the name, or have it created with --create',
  );
}

async function mayFill(facts: DatabaseFacts, { clean, database, confirm }: RestoreRequest): Promise<boolean> {
  if (facts.tables === 0 && facts.largeObjects === 0) return true;
  if (clean) return confirm(facts);
  throw new RefusedError(
    `database ${JSON.stringify(database)} has ${describeContent(facts)}; nothing was touched`,
    'restore into another one (--into NAME --create), or drop all that is in it first, in the same transaction, with --clean',
  );
}

/** `12 tables and 3 large objects` */
export function describeContent({ tables, largeObjects }: DatabaseFacts): string {
  const count = (number: number, noun: string) =>
    number === 0 ? [] : [`${number} ${noun}${number === 1 ? '' : 's'}`];
  return [...count(tables, 'table'), ...count(largeObjects, 'large object')].join(' and ');
}

async function runRestore(
  server: Server,
  target: DatabaseFacts,
  { path, database, clean, keepOwners, cleaner }: RestoreRequest,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const last = randomBytes(12).toString('hex');
  const owners = keepOwners ? [] : ['--no-owner', '--no-privileges', `--role=${target.owner}`];
  const pgRestore = ['--single-transaction', '--file=-', ...owners];
  const first = clean ? cleanSql(target.version) : '';
  const words = ['sh', '-c', SCRIPT, 'sh', server.conninfo(database), first, last, ...pgRestore];
  const result = await server.run(words, { input: countBytes(createReadStream(path), onBytes) });
  if (result.stdout.split('\n').includes(last)) return;
  const holder = result.timedOut ? await findHolder(server.within(cleaner()), database) : undefined;
  if (holder !== undefined)
    throw new EnvironmentError(
      `the restore waited for a lock on database ${JSON.stringify(database)} until its time was up: ${holder}; the database is as it was`,
      'end that transaction, stop the application, or PAUSE the pool, and run it again',
    );
  const { message, hint = '' } = explainFailure(
    'the restore',
    `database ${JSON.stringify(database)}`,
    result,
  );
  throw new EnvironmentError(`${message}; the database is as it was`, hint);
}
