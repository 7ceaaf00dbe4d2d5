import { join, relative, resolve } from 'node:path';
import type { FindFile, FoundFile } from '../import/pooler-config.ts';
import { SettingsError } from '../problems/errors.ts';
import type { Problem } from '../problems/problem.ts';
import { readText } from '../settings/read-text.ts';
import type { World } from './context.ts';

/**
 * Finds the files that a configuration names: as PgBouncer would where it runs, from the folder that it is started
 * in, then beside or below the file that names it, since a path in a container leads nowhere here.
 * @param seen is told of each file that was read
 */
export function findNamedFiles(world: Pick<World, 'cwd' | 'signal'>, seen: (name: string) => void): FindFile {
  const advice = { missing: 'correct the path', directory: 'name a file in it' };
  return async (path, base) => {
    // /etc/pgbouncer/conf.d/x.ini may be here as conf.d/x.ini, where /etc/pgbouncer is a folder of another name.
    const steps = path.split('/').filter((step) => step !== '');
    const parts = steps.map((_, index) => join(base, ...steps.slice(index)));
    const places = [resolve(world.cwd, path), resolve(base, path), ...parts];
    const found: FoundFile[] = [];
    for (const place of new Set(places)) {
      const name = relative(world.cwd, place) || place;
      const read = await readText(place, name, advice, world);
      if ('text' in read) found.push({ path: place, name, text: read.text });
      else if (read.problem.code !== 'missing') throw new SettingsError([read.problem]);
    }
    const [first] = found;
    const other = found.find(({ text }) => text !== first?.text);
    if (first && other) throw new SettingsError([describeChoice(path, first.name, other.name)], first.name);
    if (first) seen(first.name);
    return first;
  };
}

/** The passwords of another pool must not come in unseen. */
function describeChoice(path: string, name: string, other: string): Problem {
  const message = `${path} could be this file or ${other}, which says something else`;
  return { code: 'ambiguous', severity: 'error', message, hint: 'rename one of the two', at: { file: name } };
}
