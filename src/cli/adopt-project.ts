import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { writeAdoptedSettings } from '../adopt/adopted-settings.ts';
import type { OpenQuestion, Said } from '../adopt/adoption.ts';
import { fitPools } from '../adopt/fit-pools.ts';
import { planAdoption } from '../adopt/plan-adoption.ts';
import { writeDotenv, writeDotenvValue } from '../formats/dotenv.ts';
import { formatCommand } from '../formats/shell.ts';
import type { Answers } from '../init/answers.ts';
import { noteOnScram } from '../init/starter-files.ts';
import { findFile } from '../plan/find-file.ts';
import { createFile, replaceFile } from '../plan/put-file.ts';
import { EXIT, UsageError } from '../problems/errors.ts';
import type { Reporter } from '../report/reporter.ts';
import { findDefaultFiles, naturalName } from '../settings/compose-files.ts';
import { createJsonSchema } from '../settings/json-schema.ts';
import { askOpen, confirm } from './ask-open.ts';
import type { World } from './context.ts';
import { createSecret, refuseBadSettings } from './create-starter.ts';
import { readComposeProject } from './read-compose-project.ts';
import { extendIgnoreFile } from './starter-folder.ts';
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
}

/**
 * Reads a Compose project that is there and writes the settings that lay a pool over it. Gives the exit code.
 * @param answers what the command line, or the defaults, say of the pool
 * @throws UsageError with all that is open, where nobody can be asked
 */
export async function adoptProject(
  options: AdoptOptions,
  answers: Answers & {
    readonly isAsking: boolean;
    readonly isAuthGiven: boolean;
    readonly isPoolSizeGiven: boolean;
  },
  world: World,
  report: Reporter,
): Promise<number> {
  const folder = dirname(resolve(world.cwd, options.from[0] ?? ''));
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

  const [environment = 'prod'] = options.environments?.split(',') ?? [freeEnvironment(folder)];
  if (existsSync(join(folder, `.env.${environment}`)))
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
  const authType = answers.isAuthGiven ? answers.authType : 'scram-sha-256';
  const pairs = [...adoption.databases.values()].flat().length;
  const fitting = fitPools(pairs, answers.poolSize, adoption.limit.max_connections);
  const sizes = answers.isPoolSizeGiven ? { ...fitting, pool: answers.poolSize } : fitting;
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
  const secrets = [
    ['PGBOUNCER_ADMIN_PASSWORD', createSecret()],
    ['PGBOUNCER_STATS_PASSWORD', createSecret()],
    ...adoption.copied,
  ] as [string, string][];
  const ours = writeDotenv(secrets, [
    `Secrets of ecar-pool, environment ${environment}: keep them out of version control.`,
  ]);
  const outcomes = [await extendIgnoreFile(folder, ['.env', `.env.${environment}`, '/pgbouncer/'])];
  if (adoption.moved.size > 0) outcomes.push(await extendDotenv(folder, adoption.moved, hasDotenv));
  for (const [file, text, mode] of [
    [`.env.${environment}`, ours, 0o600],
    ['ecar-pool.schema.json', `${JSON.stringify(createJsonSchema(), null, 2)}\n`, 0o644],
    ['ecar-pool.yaml', settings, 0o644],
  ] as const)
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
  return ['prod', 'pool'].find((name) => !existsSync(join(folder, `.env.${name}`))) ?? 'prod';
}

function refuseToExtend(names: string, file: string): never {
  throw new UsageError(
    `a connection string holds its password itself, and Compose needs it as a variable of ${file}: ${names}`,
    `let ecar-pool add the line with --extend-env, or put the password into ${file} yourself, as ${names}`,
  );
}

/** Adds variables at the end of the project's `.env`; every other byte stays. */
async function extendDotenv(
  folder: string,
  moved: ReadonlyMap<string, string>,
  hasDotenv: boolean,
): Promise<{ name: string; outcome: string }> {
  const lines = [...moved].map(([name, value]) => `${name}=${writeDotenvValue(value)}\n`).join('');
  const path = join(folder, '.env');
  if (!hasDotenv) {
    await createFile(path, lines, 0o600);
    return { name: '.env', outcome: 'created' };
  }
  const found = await findFile(path);
  const before = found.bytes ?? Buffer.of();
  const gap = before.length === 0 || before.at(-1) === 0x0a ? '' : '\n';
  await replaceFile(found, Buffer.concat([before, Buffer.from(gap + lines)]));
  return { name: '.env', outcome: 'extended' };
}
