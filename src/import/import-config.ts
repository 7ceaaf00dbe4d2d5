import { dirname, isAbsolute, relative, sep } from 'node:path';
import { isSettingName, settingFacts } from '../stack/pgbouncer-settings.ts';
import type { Losses } from './losses.ts';
import type { FindFile, FoundFile, PoolerSource } from './pooler-config.ts';
import { readIni } from './read-ini.ts';
import { readUsers } from './read-users.ts';

/** Reads pgbouncer.ini with what it includes, and the users of its auth_file. */
export async function readPoolerConfig(
  file: FoundFile,
  find: FindFile,
  losses: Losses,
): Promise<PoolerSource> {
  const entries = await readIni(file, find, losses);
  const base = dirname(file.path);
  return { entries, users: await readUsers(entries, base, find, losses), find, base };
}

/**
 * Finds the files that settings name, such as auth_hba_file: they stay where they are, and `render` reads them there.
 * @param folder where the settings file will be
 * @returns their paths as the settings file has them, by the setting
 */
export async function locateFiles(
  { entries, find, base }: Pick<PoolerSource, 'entries' | 'find' | 'base'>,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  for (const { section, key, value } of entries) {
    if (section !== 'pgbouncer' || value === '' || !isSettingName(key)) continue;
    if (settingFacts(key).type !== 'file') continue;
    const found = await find(value, base);
    if (found) paths.set(key, fromFolder(found.path, folder));
  }
  return paths;
}

/** The path from a folder to what lies in it, and the whole one to anything else. */
function fromFolder(path: string, folder: string): string {
  const way = relative(folder, path);
  return way.startsWith('..') || isAbsolute(way) ? path : `./${way.split(sep).join('/')}`;
}
