import { dirname } from 'node:path';
import type { Place } from '../problems/problem.ts';
import { parseYaml } from '../settings/parse-yaml.ts';
import { placeOf } from '../settings/source.ts';
import { type MapTree, type Tree, treeAt } from '../settings/tree.ts';
import { readBitnami } from './bitnami.ts';
import { readEdoburu } from './edoburu.ts';
import { readPoolerConfig } from './import-config.ts';
import { interpolate } from './interpolate.ts';
import type { Losses } from './losses.ts';
import type { FindFile, FoundFile, PoolerConfig, PoolerSource } from './pooler-config.ts';
import { parseUsers } from './read-users.ts';
import { readLookup, readServiceEnvironment } from './service-environment.ts';

/** The images that configure PgBouncer by their environment, and where they have a pgbouncer.ini that goes before it. */
const IMAGES = [
  {
    pattern: /(?:^|\/)edoburu\/pgbouncer(?=[:@]|$)/,
    ini: '/etc/pgbouncer/pgbouncer.ini',
    userlist: '/etc/pgbouncer/userlist.txt',
    // The image adds its user to a list that is mounted.
    isListWhole: false,
    read: readEdoburu,
  },
  {
    pattern: /(?:^|\/)bitnami(?:legacy)?\/pgbouncer(?=[:@]|$)/,
    ini: '/bitnami/pgbouncer/conf/pgbouncer.ini',
    userlist: '/bitnami/pgbouncer/conf/userlist.txt',
    isListWhole: true,
    read: readBitnami,
  },
];

/**
 * What the PgBouncer of a Compose file is told: by the ini file that is mounted into it, or by its environment.
 * @param env the shell's variables, which Compose puts in
 * @param port what is listened on from now on; undefined for what the file says
 */
export async function readComposePooler(
  file: FoundFile,
  find: FindFile,
  losses: Losses,
  {
    env,
    port,
  }: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly port: number | undefined;
  },
): Promise<PoolerSource> {
  const base = dirname(file.path);
  const nothing = { entries: [], users: [], find, base };
  const { tree, problems } = parseYaml(file.name, file.text);
  losses.problems.push(...problems);
  const lookup = await readLookup(file, find, env);
  const poolers = listPoolers(tree, lookup);
  const [pooler, another] = poolers;
  if (pooler === undefined || another !== undefined) {
    const message =
      pooler === undefined
        ? 'no service in it runs edoburu/pgbouncer or bitnami/pgbouncer'
        : `${poolers.map(({ name }) => name).join(' and ')} both run PgBouncer`;
    const hint =
      pooler === undefined
        ? 'name the pgbouncer.ini itself'
        : 'take one over at a time, from a copy with one';
    if (problems.length === 0) losses.refuse('no-pooler', { file: file.name }, message, hint);
    return nothing;
  }
  const { name, service, image } = pooler;
  const at = placeOf(tree?.kind === 'map' ? keyOf(tree, name) : service.span);
  const extended = service.entries.get('extends');
  if (extended) {
    const hint = 'run `docker compose config > whole.yml`, and name that file';
    losses.refuse('extends', placeOf(extended.key), 'what a service extends is not looked up here', hint);
    return nothing;
  }
  const environment = await readServiceEnvironment(service, file, find, lookup, losses);
  const ini = await environment.find(image.ini, base);
  if (ini) return readPoolerConfig(ini, environment.find, losses);
  const { entries, users } = image.read(environment.variables, at, losses);
  if (port === undefined) warnOfPorts(service, at, entries, losses);
  const path = environment.variables.get('AUTH_FILE')?.value ?? image.userlist;
  const list = await environment.find(path, base);
  const listed = list ? parseUsers(list.name, list.text, losses) : [];
  const added = users.filter(({ user }) => !listed.some((line) => line.user === user));
  const all = list && image.isListWhole ? listed : [...listed, ...added];
  return { entries, users: all, find: environment.find, base };
}

function listPoolers(tree: Tree | undefined, lookup: (name: string) => string | undefined) {
  const services = tree === undefined ? undefined : treeAt(tree, ['services']);
  if (services?.kind !== 'map') return [];
  return [...services.entries].flatMap(([name, { tree: service }]) => {
    if (service.kind !== 'map') return [];
    const written = service.entries.get('image')?.tree;
    const reference = written?.kind === 'scalar' ? (interpolate(String(written.value), lookup) ?? '') : '';
    const image = IMAGES.find(({ pattern }) => pattern.test(reference));
    return image ? [{ name, service, image }] : [];
  });
}

function keyOf(tree: MapTree, name: string) {
  const services = tree.entries.get('services')?.tree;
  const entry = services?.kind === 'map' ? services.entries.get(name) : undefined;
  return entry?.key ?? tree.span;
}

/** The stack has one number for both ends of the port. */
function warnOfPorts(service: MapTree, at: Place, entries: PoolerConfig['entries'], losses: Losses): void {
  const listened = entries.findLast(({ key }) => key === 'listen_port')?.value;
  const ports = treeAt(service, ['ports']);
  if (ports === undefined)
    losses.warn(
      'published-port',
      at,
      `this host publishes port ${listened} on 127.0.0.1 now, where only containers reached it`,
      'choose another number as `port` where this one is taken, for the other containers, too',
    );
  for (const item of ports?.kind === 'list' ? ports.items : []) {
    const [, published, target] =
      item.kind === 'scalar' ? (/(?:^|:)(\d+):(\d+)(?:\/tcp)?$/.exec(String(item.value)) ?? []) : [];
    if (published === undefined || target !== listened || published === target) continue;
    losses.warn(
      'published-port',
      placeOf(item.span),
      `this host publishes port ${target} now, not ${published}: the stack has one number for both ends`,
      `write \`port: ${published}\` under \`pgbouncer\`, and tell the other containers, to keep the published one`,
    );
  }
}
