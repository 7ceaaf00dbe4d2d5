import { relative, resolve } from 'node:path';
import { EnvironmentError } from '../problems/errors.ts';
import { SETTING_NAMES, settingFacts } from '../stack/pgbouncer-settings.ts';
import type { Findings } from './finding.ts';
import type { ReadLimits } from './read-bytes.ts';
import { readText } from './read-text.ts';
import type { NamedText, NamedTexts } from './rules/certificates.ts';
import type { Settings } from './schema.ts';
import { dotted, type Path } from './tree.ts';

type Sections = Partial<Pick<Settings, 'pgbouncer' | 'users'>>;

/** The settings of PgBouncer that name a file, and the certificates of users, each with its path as it is written. */
export function listConfigFiles({ pgbouncer, users = {} }: Sections): [at: Path, path: string][] {
  const given = (pgbouncer ?? {}) as Readonly<Record<string, unknown>>;
  const files = SETTING_NAMES.filter((name) => settingFacts(name).type === 'file');
  const named: [Path, unknown][] = [
    ...files.map((name): [Path, unknown] => [['pgbouncer', name], given[name]]),
    ...Object.entries(users).flatMap(([name, { sslcert, sslkey }]): [Path, unknown][] => [
      [['users', name, 'sslcert'], sslcert],
      [['users', name, 'sslkey'], sslkey],
    ]),
  ];
  return named.filter((entry): entry is [Path, string] => typeof entry[1] === 'string');
}

/** Their texts; what cannot be read becomes a problem. */
export async function readConfigFiles(
  sections: Sections,
  found: Findings,
  world: { readonly root: string; readonly cwd: string } & Pick<ReadLimits, 'signal' | 'deadline'>,
): Promise<NamedTexts> {
  const texts = new Map<string, NamedText>();
  const advice = { missing: 'correct the path', directory: 'name a file in it' };
  for (const [at, path] of listConfigFiles(sections)) {
    const absolute = resolve(world.root, path);
    const name = relative(world.cwd, absolute) || absolute;
    const read = await readText(absolute, name, advice, world).catch(takeRefusal);
    if ('text' in read) texts.set(dotted(at), { name, text: read.text });
    else if ('problem' in read) {
      const { message, hint = '' } = read.problem;
      found.value('config-file', at, `${name} cannot be used: ${message}`, hint);
    } else found.value('config-file', at, read.message, read.hint ?? 'check its owner and mode');
  }
  return texts;
}

/** A file that this user may not read is one problem among others; passed on is what has to do with no file. */
function takeRefusal(error: unknown): EnvironmentError {
  const code = error instanceof EnvironmentError && (error.cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'EACCES' || code === 'EPERM') return error as EnvironmentError;
  throw error;
}
