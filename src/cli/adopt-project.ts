import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { writeAdoptedSettings } from '../adopt/adopted-settings.ts';
import type { OpenQuestion, Said } from '../adopt/adoption.ts';
import { fitPools } from '../adopt/fit-pools.ts';
import { planAdoption } from '../adopt/plan-adoption.ts';
import { formatCommand } from '../formats/shell.ts';
import type { Answers } from '../init/answers.ts';
import { noteOnScram } from '../init/starter-files.ts';
import { createFile } from '../plan/put-file.ts';
import { EXIT, UsageError } from '../problems/errors.ts';
import type { Reporter } from '../report/reporter.ts';
import { findDefaultFiles, naturalName } from '../settings/compose-files.ts';
import { extendDotenv, keepSecrets, mayKeepSecrets } from './adopted-secrets.ts';
import { askOpen, confirm } from './ask-open.ts';
import type { World } from './context.ts';
import { refuseBadSettings } from './create-starter.ts';
import { readComposeProject } from './read-compose-project.ts';
import { extendIgnoreFile, schemaFile } from './starter-folder.ts';
import { readTemplate } from './templates.ts';

/** What `init --from` may be told beside the files. */
export interface AdoptOptions {
  readonly from: readonly string[];
  readonly postgresService?: string;
  readonly postgresHost?: string;
  readonly services?: string;
  readonly passwordEnv?: string;
  readonly port?: number;
  readonly extendEnv?: boolean;
  readonly name?: string;
  readonly environments?: string;
  readonly dir: string;
}

/** Options of `init` that answer questions which the project itself answers. */
const ANSWERED = { database: '--database', user: '--user', postgresImage: '--postgres-image' };

/**
 * Reads a Compose project that is there and writes the settings that lay a pool over it. Gives the exit code.
 * @param answers what the command line, or the defaults, say of the pool
 * @throws UsageError with all that is open, where nobody can be asked
 */
export async function adoptProject(
  options: AdoptOptions,
  answers: Answers & {
    readonly isAsking: boolean;
    /** Of the answers, those that the command line gave. */
    readonly given: ReadonlySet<string>;
  },
  world: World,
  report: Reporter,
): Promise<number> {
  const folder = dirname(resolve(world.cwd, options.from[0] ?? ''));
  refuseIdle(options, answers.given, folder, world);
  const shown = (name: string) => relative(world.cwd, join(folder, name)) || name;
  if (existsSync(join(folder, 'ecar-pool.yaml')))
    throw new UsageError(
      `${shown('ecar-pool.yaml')} is there already`,
      'change it by hand, or move it away to begin anew',
    );
  const named = options.from.map((file) => relative(folder, resolve(world.cwd, file)).split(sep).join('/'));
  const { model, variables, files } = await readComposeProject(folder, named, world, report);
  let said: Said = {
    service: options.postgresService,
    host: options.postgresHost,
    apps: options.services?.split(',').map((name) => name.trim()),
    passwordEnv: options.passwordEnv,
    port: options.port ?? 6432,
  };
  let outcome = planAdoption(model, variables, said);
  while ('open' in outcome && answers.isAsking) {
    said = { ...said, ...(await askOpen(outcome.open, world)) };
    outcome = planAdoption(model, variables, said);
  }
  if ('open' in outcome) throw new UsageError(...explainOpen(outcome.open));
  if ('refused' in outcome) throw new UsageError(outcome.refused, outcome.hint);
  const { adoption } = outcome;

  const environment = options.environments ?? freeEnvironment(folder);
  if (!mayKeepSecrets(folder, environment))
    throw new UsageError(
      `${shown(`.env.${environment}`)} is there already, and ecar-pool keeps secrets of its own in it`,
      'name the environment otherwise with --environments NAME',
    );
  const hasDotenv = existsSync(join(folder, '.env'));
  if (adoption.moved.size > 0 && hasDotenv && !options.extendEnv) {
    const names = [...adoption.moved.keys()].join(', ');
    const question = `a connection string holds its password itself: add it to ${shown('.env')} as ${names}? [y/N] `;
    if (!answers.isAsking || !(await confirm(question, world))) refuseToExtend(names, shown('.env'));
  }

  const find = (name: string) => {
    const value = world.env[name] ?? variables.dotenv.get(name)?.value;
    return value === undefined ? undefined : { value };
  };
  const isDefault = files.join('\n') === findDefaultFiles(folder).join('\n');
  const name = options.name ?? (await naturalName(files, { root: folder, find })) ?? basename(folder);
  const authType = answers.given.has('authType') ? answers.authType : 'scram-sha-256';
  const pairs = [...adoption.databases.values()].flat().length;
  const fitting = fitPools(pairs, answers.poolSize, adoption.limit.max_connections);
  const sizes = answers.given.has('poolSize') ? { ...fitting, pool: answers.poolSize } : fitting;
  const settings = writeAdoptedSettings(
    adoption,
    {
      ...answers,
      authType,
      pgbouncerNote: noteOnScram({ ...answers, authType }),
      sizes,
      name,
      environment,
      files: isDefault ? undefined : files,
      port: said.port,
    },
    readTemplate('init/adopted.yaml'),
  );
  refuseBadSettings(settings);
  const ignored = ['.env', `.env.${environment}`, '/pgbouncer/'];
  const outcomes = [await extendIgnoreFile(folder, ignored)];
  if (adoption.moved.size > 0) outcomes.push(await extendDotenv(folder, adoption.moved, hasDotenv));
  outcomes.push(await keepSecrets(folder, environment, adoption.copied));
  for (const { name: file, text, mode } of [
    schemaFile(),
    { name: 'ecar-pool.yaml', text: settings, mode: 0o644 },
  ])
    outcomes.push({
      name: file,
      outcome: (await createFile(join(folder, file), text, mode)) ? 'created' : 'kept',
    });
  for (const note of adoption.notes) report.detail(`found     ${note}`);
  for (const { name: file, outcome: done } of outcomes) report.detail(`${done.padEnd(9)} ${shown(file)}`);
  const there = relative(world.cwd, folder);
  const goThere = there === '' ? '' : `${formatCommand(['cd', there])} && `;
  const next = `${goThere}${formatCommand(['ecar-pool', 'render', '--env', environment])}`;
  report.detail(`\nNext:\n  ${report.style.bold(next)}`);
  report.data({
    found: adoption.notes,
    files: outcomes.map(({ name: file, outcome: done }) => ({ path: shown(file), outcome: done })),
    next: [next],
  });
  return EXIT.ok;
}

/** An option that would do nothing is one that somebody misunderstands. */
function refuseIdle(
  { dir, environments }: AdoptOptions,
  given: ReadonlySet<string>,
  folder: string,
  { cwd }: World,
): void {
  for (const [key, flag] of Object.entries(ANSWERED))
    if (given.has(key))
      throw new UsageError(`${flag} has no use with --from: the project says it`, 'leave it out');
  if (dir !== '.' && resolve(cwd, dir) !== folder)
    throw new UsageError(
      'the settings of an adopted project lie beside its first Compose file',
      'leave --dir out',
    );
  if (environments?.includes(','))
    throw new UsageError(
      'an adopted project is one environment',
      'name one with --environments, and adopt the others in folders of their own',
    );
}

function explainOpen(open: readonly OpenQuestion[]): [message: string, hint: string] {
  const what = open.map(({ text, choices }) =>
    choices.length === 0 ? text : `${text} (${choices.join(', ')})`,
  );
  return [
    `the project leaves open ${what.join('; ')}`,
    `say it with ${open.map(({ flag }) => flag).join(' ')}`,
  ];
}

/** `prod`, unless the project has secrets of its own under that name. */
function freeEnvironment(folder: string): string {
  return ['prod', 'pool'].find((name) => mayKeepSecrets(folder, name)) ?? 'prod';
}

function refuseToExtend(names: string, file: string): never {
  throw new UsageError(
    `a connection string holds its password itself, and Compose needs it as a variable of ${file}: ${names}`,
    `let ecar-pool add the line with --extend-env, or put the password into ${file} yourself, as ${names}`,
  );
}
