import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Docker } from '../docker/docker.ts';
import type { RunResult } from '../docker/run.ts';
import { formatBytes } from '../formats/bytes.ts';
import { flushFolder } from '../plan/flush.ts';
import { createFile } from '../plan/put-file.ts';
import { removeStaleStaging, stagingPath } from '../plan/staging.ts';
import { EnvironmentError } from '../problems/errors.ts';
import { explainFileError } from '../problems/file-errors.ts';
import { listDatabases } from '../stack/access.ts';
import type { ComposeProject } from '../stack/compose-project.ts';
import type { Stack } from '../stack/stack.ts';
import { checkDump, isAboutFile } from './check-dump.ts';
import { formatDumpName } from './dump-name.ts';
import { explainFailure } from './explain.ts';
import { chooseLogin } from './login.ts';
import { lookInto } from './look.ts';
import { listExpired } from './retention.ts';
import { type Login, openServer, type Server } from './server.ts';

/** What to back up, and where to. */
export interface BackupRequest {
  readonly stack: Stack;
  readonly project: ComposeProject;
  /** The folder of the environment's backups, absolute; made where it is not there. */
  readonly folder: string;
  /** Databases on the server; left out: all of the settings, each once. */
  readonly databases?: readonly string[];
  /** Who reads a server that someone else runs; left out: the first user of each database. */
  readonly login?: Login | undefined;
  /** Begin although the disk may be too small. */
  readonly force?: boolean;
  onProgress?(progress: Progress): void;
  /** Opens another session with docker, for what is left to do when the first one was ended. */
  cleaner(): Docker;
}

/** How far a backup or a restore is. */
export interface Progress {
  readonly step: 'dump' | 'check' | 'restore';
  readonly database: string;
  /** Of the dump: written so far, or read. */
  readonly bytes: number;
  /** The size of the dump, where it is known. */
  readonly total?: number;
}

/** A backup that counts: pg_restore has read all of it from the disk. */
interface Dump {
  /** The database on the server. */
  readonly database: string;
  readonly path: string;
  readonly bytes: number;
  /** How many tables it has the rows of. */
  readonly tables: number;
  readonly ms: number;
}

/** What a backup brought. */
export interface BackupResult {
  readonly dumps: readonly Dump[];
  /** Paths of the backups that had had their time. */
  readonly removed: readonly string[];
}

/**
 * Dumps databases of a stack's Postgres, one after the other, each to a file of its own that gets its name once
 * pg_restore has read it whole from the disk. Then, and only then, backups that have had their time are removed.
 * Nothing that failed or was interrupted leaves a file of that name; what a kill left is removed by the next run.
 * Throws EnvironmentError where docker, Postgres or the disk do not play along, InterruptedError on a signal;
 * dumps of other databases that were made before stay.
 */
export async function backUp(docker: Docker, request: BackupRequest): Promise<BackupResult> {
  const { stack, folder } = request;
  await prepareFolder(folder);
  const dumps: Dump[] = [];
  for (const database of request.databases ?? listDatabases(stack)) {
    const login = request.login ?? chooseLogin(stack, database);
    const server = await openServer(docker, request, login);
    dumps.push(await dumpOne(server, database, request));
  }
  const removed: string[] = [];
  for (const { path } of dumps) removed.push(...(await removeExpired(path, request)));
  return { dumps, removed };
}

/** A folder that is made for it is for its owner alone, and Git takes nothing of it; one that is there stays as it is. */
async function prepareFolder(folder: string): Promise<void> {
  try {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (made !== undefined) await createFile(join(folder, '.gitignore'), '*\n', 0o600);
    await removeStaleStaging(folder);
  } catch (error) {
    throw explainFileError(error, folder, 'write');
  }
}

async function dumpOne(server: Server, database: string, request: BackupRequest): Promise<Dump> {
  const { folder, onProgress } = request;
  const began = performance.now();
  const facts = await lookInto(server, database);
  const about = `database ${JSON.stringify(database)}`;
  if (facts === undefined)
    throw new EnvironmentError(
      `the server has no ${about}`,
      'create it, or take it out of `databases` in the settings',
    );
  if (request.force !== true) await requireSpace(folder, about, facts.bytes);
  const staging = stagingPath(folder);
  const staged = join(staging, 'dump');
  let isThrough = false;
  try {
    await mkdir(staging, { mode: 0o700 });
    await writeDump(server, database, staged, request);
    const { size } = await stat(staged);
    const found = await checkDump(server, staged, (bytes) =>
      onProgress?.({ step: 'check', database, bytes, total: size }),
    );
    if ('failure' in found) throw refuseDump(about, found.failure);
    const path = freePath(folder, database);
    await rename(staged, path);
    await flushFolder(folder);
    isThrough = true;
    return { database, path, bytes: size, tables: found.tables, ms: performance.now() - began };
  } catch (error) {
    throw explainFileError(error, folder, 'write');
  } finally {
    await rm(staging, { recursive: true, force: true });
    if (!isThrough) await server.endLeft(request.cleaner());
  }
}

function refuseDump(about: string, failure: RunResult): EnvironmentError {
  const explained = explainFailure('pg_restore', `the dump of ${about}`, failure);
  if (!isAboutFile(failure)) return explained;
  return new EnvironmentError(
    `the dump of ${about} is not whole, and was thrown away: ${explained.message}`,
    'run it again; where that happens twice, see the logs of the server and of docker',
  );
}

async function writeDump(
  server: Server,
  database: string,
  path: string,
  { onProgress }: BackupRequest,
): Promise<void> {
  const output = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
  const tell = () => onProgress?.({ step: 'dump', database, bytes: output.bytesWritten });
  const timer = setInterval(tell, 200);
  try {
    const words = ['pg_dump', '--format=custom', '--no-password', `--dbname=${server.conninfo(database)}`];
    const result = await server.run(words, { output });
    if (result.code !== 0) throw explainFailure('pg_dump', `database ${JSON.stringify(database)}`, result);
  } finally {
    clearInterval(timer);
  }
}

/** A dump is mostly a fraction of its database, but a disk that Postgres shares must not fill up on its account. */
async function requireSpace(folder: string, about: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder).catch((error: unknown) => {
    throw explainFileError(error, folder, 'read');
  });
  const free = bavail * bsize;
  if (free >= bytes) return;
  throw new EnvironmentError(
    `${about} has ${formatBytes(bytes)}, and the disk of ${folder} only ${formatBytes(free)} left`,
    'make room, or put the backup elsewhere with --to; a dump is mostly far smaller than its database: --force tries all the same',
  );
}

/** The next second whose name is free: on some file systems, two names that differ in case are one. */
function freePath(folder: string, database: string): string {
  for (let time = Date.now(); ; time += 1000) {
    const path = join(folder, formatDumpName({ time, database }));
    if (!existsSync(path)) return path;
  }
}

async function removeExpired(made: string, { folder, stack }: BackupRequest): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const expired = listExpired(names, basename(made), stack.backup, Date.now());
  const paths = expired.map((name) => join(folder, name));
  for (const path of paths) {
    await rm(path, { force: true }).catch((error: unknown) => {
      throw explainFileError(error, path, 'write');
    });
  }
  return paths;
}
