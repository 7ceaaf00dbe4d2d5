import { relative, resolve } from 'node:path';
import { SETTING_NAMES, settingFacts } from '../stack/pgbouncer-settings.ts';
import type { Findings } from './finding.ts';
import type { ReadLimits } from './read-bytes.ts';
import { readText } from './read-text.ts';

/** The settings of PgBouncer that name a file, with its path as it is written. */
export function listConfigFiles(pgbouncer: object): [name: string, path: string][] {
  const given = pgbouncer as Readonly<Record<string, unknown>>;
  return SETTING_NAMES.filter((name) => settingFacts(name).type === 'file').flatMap((name) => {
    const path = given[name];
    return typeof path === 'string' ? [[name, path]] : [];
  });
}

/** Their texts by the setting; what cannot be read becomes a problem. */
export async function readConfigFiles(
  pgbouncer: object,
  found: Findings,
  world: { readonly root: string; readonly cwd: string } & Pick<ReadLimits, 'signal' | 'deadline'>,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  const advice = { missing: 'correct the path', directory: 'name a file in it' };
  for (const [name, path] of listConfigFiles(pgbouncer)) {
    const absolute = resolve(world.root, path);
    const read = await readText(absolute, relative(world.cwd, absolute) || absolute, advice, world);
    if ('text' in read) texts.set(name, read.text);
    else {
      const { message, hint = '', at } = read.problem;
      found.value('config-file', ['pgbouncer', name], `${at?.file} cannot be used: ${message}`, hint);
    }
  }
  return texts;
}
