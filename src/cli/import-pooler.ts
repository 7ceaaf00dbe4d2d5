import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { readComposePooler } from '../import/compose-pooler.ts';
import { locateFiles, readPoolerConfig } from '../import/import-config.ts';
import { Losses } from '../import/losses.ts';
import type { FindFile, FoundFile, PoolerSource } from '../import/pooler-config.ts';
import { isIni } from '../import/recognise.ts';
import { writeImportedSecrets, writeImportedSettings } from '../import/starter-text.ts';
import { translate } from '../import/translate.ts';
import type { Wishes } from '../import/wishes.ts';
import type { Answers } from '../init/answers.ts';
import { EXIT, RefusedError, SettingsError, UsageError } from '../problems/errors.ts';
import { isError } from '../problems/problem.ts';
import { formatProblem, problemToJson } from '../report/problems.ts';
import type { Reporter } from '../report/reporter.ts';
import { checkText } from '../settings/check-text.ts';
import { readText } from '../settings/read-text.ts';
import { sortProblems } from '../settings/sort-problems.ts';
import { imageTag } from '../stack/image.ts';
import { parsePgbouncerVersion } from '../stack/pgbouncer-version.ts';
import type { World } from './context.ts';
import { createSecret } from './create-starter.ts';
import { findNamedFiles } from './find-named-file.ts';
import { schemaFile, writeStarterFolder } from './starter-folder.ts';

/** What the command line says of an import. */
export interface ImportOptions {
  readonly from: string;
  readonly without?: string | undefined;
  readonly network?: string | undefined;
  readonly port?: number | undefined;
}

/** Options of `init` that answer questions which the file itself answers. */
const ANSWERED = {
  database: '--database',
  user: '--user',
  postgresImage: '--postgres-image',
  poolSize: '--pool-size',
};

/**
 * Writes settings that give the pool of a pgbouncer.ini, or of an edoburu or bitnami service in a Compose file. What
 * cannot be taken over is told, and stops it where it decides who may log in or what the pool does.
 * @param given the keys of answers that the command line gave
 * @throws SettingsError with all that stops it; nothing is written then
 */
export async function importPooler(
  { from, without, network, port }: ImportOptions,
  { answers, given }: { readonly answers: Answers; readonly given: ReadonlySet<string> },
  folder: string,
  world: World,
  report: Reporter,
): Promise<number> {
  const wishes = { ...readWishes(answers, given), network, port };
  refuseTaken(folder, wishes, world);
  const path = resolve(world.cwd, from);
  const file = await readNamed(path, world);
  const losses = new Losses(without?.split(',').map((key) => key.trim()));
  const read = new Set([file.name]);
  const find = findNamedFiles(world, (name) => read.add(name));
  const config = await readSource(file, find, losses, world, port);
  // What could not be read would be missed in all that follows.
  if (losses.problems.some(isError)) throw new SettingsError(sortProblems(losses.problems), file.name);
  const paths = await locateFiles(config, folder);
  const translation = translate(config, file.name, paths, wishes, losses, createSecret);
  for (const key of losses.unused)
    losses.refuse(
      'unused-option',
      { file: file.name },
      `nothing is lost for \`--without ${key}\``,
      'leave it out',
    );
  const settings = writeImportedSettings(translation, file.name, wishes);
  // What the settings' own rules have to say comes last: they know nothing of the file.
  const problems = losses.problems.some(isError)
    ? sortProblems(losses.problems)
    : [...sortProblems(losses.problems), ...checkText('ecar-pool.yaml', settings)];
  if (problems.some(isError)) throw new SettingsError(problems, file.name);
  for (const problem of report.json ? [] : problems)
    report.notice(`${formatProblem(problem, report.errStyle)}\n`);
  for (const name of read) report.detail(`${'read'.padEnd(9)} ${name}`);
  const [environment = 'prod'] = wishes.environments;
  const files = [
    { name: 'ecar-pool.yaml', text: settings, mode: 0o644 },
    schemaFile(),
    { name: `.env.${environment}`, text: writeImportedSecrets(translation, environment), mode: 0o600 },
  ];
  await writeStarterFolder(files, environment, { folder, cwd: world.cwd }, report, {
    read: [...read],
    problems: problems.map(problemToJson),
  });
  return EXIT.ok;
}

/** What the file is decides who reads it: an ini file has sections, anything else is Compose's YAML. */
function readSource(
  file: FoundFile,
  find: FindFile,
  losses: Losses,
  world: World,
  port: number | undefined,
): Promise<PoolerSource> {
  return isIni(file.path, file.text)
    ? readPoolerConfig(file, find, losses)
    : readComposePooler(file, find, losses, { env: world.env, port });
}

async function readNamed(path: string, world: World): Promise<FoundFile> {
  const name = relative(world.cwd, path) || path;
  const advice = { missing: 'name the pgbouncer.ini or Compose file', directory: 'name the file in it' };
  const read = await readText(path, name, advice, world);
  if ('problem' in read) throw new SettingsError([read.problem], name);
  return { path, name, text: read.text };
}

function readWishes(answers: Answers, given: ReadonlySet<string>): Omit<Wishes, 'network' | 'port'> {
  for (const [key, flag] of Object.entries(ANSWERED))
    if (given.has(key))
      throw new UsageError(`${flag} has no use with --from: the file says it`, 'leave it out');
  const { name, pgbouncerImage, authType, postgresHost, environments } = answers;
  const version = parsePgbouncerVersion(imageTag(pgbouncerImage) ?? '');
  if (version === undefined)
    throw new UsageError(
      `the tag of --pgbouncer-image ${pgbouncerImage} does not tell PgBouncer's version`,
      'use a tag that does, such as edoburu/pgbouncer:v1.26.0-p0',
    );
  return {
    name,
    pgbouncerImage,
    version,
    authType: given.has('authType') ? authType : undefined,
    postgresHost,
    environments: given.has('environments') ? environments : ['prod'],
  };
}

/** What is there is never overwritten, and half of it would be of no use. */
function refuseTaken(folder: string, { environments: [environment = 'prod'] }: Wishes, { cwd }: World): void {
  for (const name of ['ecar-pool.yaml', `.env.${environment}`]) {
    const path = join(folder, name);
    if (existsSync(path))
      throw new RefusedError(
        `${relative(cwd, path) || name} is there already, and is not overwritten`,
        'choose another folder with --dir, or move it away',
      );
  }
}
