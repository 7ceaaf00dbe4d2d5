import { relative, resolve } from 'node:path';
import { tellsOfPooler } from '../import/recognise.ts';
import type { Answers } from '../init/answers.ts';
import { UsageError } from '../problems/errors.ts';
import type { Reporter } from '../report/reporter.ts';
import { readText } from '../settings/read-text.ts';
import type { AdoptOptions } from './adopt-project.ts';
import type { World } from './context.ts';
import type { ImportOptions } from './import-pooler.ts';

/** The options of `init` that say what is there already, and what may become of it. */
export interface TakeOverOptions
  extends Omit<AdoptOptions, 'from'>,
    Pick<ImportOptions, 'without' | 'network'> {
  readonly from?: readonly string[];
}

const FOR_PROJECT = {
  postgresService: '--postgres-service',
  services: '--services',
  passwordEnv: '--password-env',
  extendEnv: '--extend-env',
} as const;
const FOR_BOTH = { port: '--port' } as const;
const FOR_POOLER = { without: '--without', network: '--network' } as const;

/**
 * Takes over what `--from` names: the PgBouncer that a file tells of, or else the Compose project. Gives the exit code,
 * or undefined where there is nothing to take over.
 * @throws UsageError for an option that would do nothing
 */
export async function takeOver(
  options: TakeOverOptions,
  collected: {
    readonly answers: Answers;
    readonly given: ReadonlySet<string>;
    readonly isAsking: boolean;
  },
  folder: string,
  world: World,
  report: Reporter,
): Promise<number | undefined> {
  const { from } = options;
  if (from === undefined) {
    refuseUnused(options, { ...FOR_PROJECT, ...FOR_BOTH, ...FOR_POOLER }, 'goes with --from only');
    return undefined;
  }
  const [first = '', ...more] = from;
  if (more.length === 0 && (await isPooler(first, world))) {
    refuseUnused(options, FOR_PROJECT, `has no use with ${first}, which tells of a PgBouncer`);
    const { importPooler } = await import('./import-pooler.ts');
    return importPooler({ ...options, from: first }, collected, folder, world, report);
  }
  refuseUnused(options, FOR_POOLER, 'is for taking over a PgBouncer, and these files tell of none');
  const { adoptProject } = await import('./adopt-project.ts');
  const { answers, given, isAsking } = collected;
  return adoptProject(
    { ...options, from },
    {
      ...answers,
      isAsking,
      given,
    },
    world,
    report,
  );
}

/** What cannot be read is told by whoever reads it. */
async function isPooler(from: string, world: World): Promise<boolean> {
  const path = resolve(world.cwd, from);
  const advice = { missing: 'correct the path', directory: 'name the file in it' };
  const read = await readText(path, relative(world.cwd, path) || path, advice, world);
  return tellsOfPooler(path, 'problem' in read ? '' : read.text);
}

function refuseUnused(
  options: TakeOverOptions,
  flags: Readonly<Partial<Record<keyof TakeOverOptions, string>>>,
  why: string,
): void {
  for (const [key, flag] of Object.entries(flags))
    if (options[key as keyof TakeOverOptions] !== undefined)
      throw new UsageError(`${flag} ${why}`, 'leave it out');
}
